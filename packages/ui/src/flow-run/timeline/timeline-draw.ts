import { offsetTicks } from "../../charts/offset-ticks.ts";
import { axisOffset } from "../../format.ts";
import { isBad, stateLook } from "../../states.ts";
import { themeColor } from "../../theme.ts";
import { density } from "./density.ts";
import { spells } from "./spells.ts";
import { groupState, type TimelineRow } from "./timeline-model.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Drawing {
  readonly rows: readonly TimelineRow[];
  readonly rowHeight: number;
  /** Scroll offset of the lines, in pixels. */
  readonly scroll: number;
  readonly view: Span;
  /** The start of the run, from which the axis counts. */
  readonly zero: number;
  readonly now: number;
  readonly live: boolean;
  readonly selected: string | undefined;
  readonly colors: TimelineColors;
}

/** The theme's colours, read once per theme: reading them for every drawing would cost more than the drawing. */
export interface TimelineColors {
  readonly line: string;
  readonly faint: string;
  readonly accent: string;
  readonly soft: string;
  readonly state: (token: string) => string;
}

export function timelineColors(): TimelineColors {
  const known = new Map<string, string>();
  return {
    line: themeColor("line"),
    faint: themeColor("faint"),
    accent: themeColor("accent"),
    soft: themeColor("accent-soft"),
    state: (token) => {
      const found = known.get(token) ?? themeColor(token);
      known.set(token, found);
      return found;
    },
  };
}

const barHeight = 12;

export function drawTimeline(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const context = prepared(canvas);
  if (context === null) return;
  const { width, height } = context;
  const pen = context.pen;
  const x = (time: number) => ((time - drawing.view.from) / (drawing.view.to - drawing.view.from)) * width;
  drawGrid(pen, drawing, { width, height, x });
  const first = Math.max(0, Math.floor(drawing.scroll / drawing.rowHeight));
  const last = Math.min(drawing.rows.length, Math.ceil((drawing.scroll + height) / drawing.rowHeight));
  for (let index = first; index < last; index += 1) {
    const row = drawing.rows[index];
    if (row === undefined) continue;
    const top = index * drawing.rowHeight - drawing.scroll;
    if (row.key === drawing.selected) {
      pen.fillStyle = drawing.colors.soft;
      pen.fillRect(0, top, width, drawing.rowHeight);
    }
    if (row.kind === "group") drawGroup(pen, row, drawing, { width, top });
    else drawRun(pen, row, drawing, { top, x, width });
  }
  if (drawing.live) drawNow(pen, drawing, { height, x, width });
}

function drawGrid(
  pen: CanvasRenderingContext2D,
  drawing: Drawing,
  at: { readonly width: number; readonly height: number; readonly x: (time: number) => number },
): void {
  pen.fillStyle = drawing.colors.line;
  for (const tick of axisTicks(drawing.view, drawing.zero, at.width).ticks)
    pen.fillRect(Math.round(at.x(tick)), 0, 1, at.height);
}

function drawRun(
  pen: CanvasRenderingContext2D,
  row: TimelineRow,
  drawing: Drawing,
  at: { readonly top: number; readonly width: number; readonly x: (time: number) => number },
): void {
  const member = row.members[0] ?? 0;
  const look = stateLook(row.source.state_type[member] ?? null, row.source.state_name[member] ?? null);
  const middle = at.top + drawing.rowHeight / 2;
  for (const spell of spells(row.source, member, drawing.now)) {
    const from = Math.max(-4, at.x(spell.from));
    const to = Math.min(at.width + 4, at.x(spell.to));
    if (to < 0 || from > at.width) continue;
    const length = Math.max(spell.failed || isBad(row.source.state_type[member]) ? 3 : 2, to - from);
    if (spell.type === "RUNNING" || spell.type === "CANCELLING") {
      const token = spell.failed ? "state-failed" : look.token;
      pen.fillStyle = drawing.colors.state(token);
      pen.globalAlpha = spell.failed ? 0.65 : row.kind === "subflow" ? 0.55 : 0.9;
      box(pen, from, middle - barHeight / 2, length, barHeight, 2.5);
      pen.globalAlpha = 1;
    } else if (spell.type === "PAUSED") {
      pen.fillStyle = drawing.colors.state("state-paused");
      hatch(pen, from, middle - barHeight / 2, length, barHeight);
    } else if (spell.to > spell.from) {
      // Waiting for a slot, for inputs, or for the next attempt.
      const token = stateLook(spell.type, spell.name).token;
      pen.fillStyle = drawing.colors.state(token);
      pen.globalAlpha = 0.55;
      pen.fillRect(from, middle - 1, length, 2);
      pen.globalAlpha = 1;
    }
  }
}

function drawGroup(
  pen: CanvasRenderingContext2D,
  row: TimelineRow,
  drawing: Drawing,
  at: { readonly width: number; readonly top: number },
): void {
  const slices = Math.max(1, Math.floor(at.width / 2));
  const { running, failed } = density(row, drawing.view, slices, drawing.now);
  let most = 1;
  for (const value of running) if (value > most) most = value;
  const state = groupState(row);
  const bad = state === "FAILED" || state === "CRASHED";
  // The bars show execution only: waiting runs add neither length nor colour.
  const shown = bad ? "COMPLETED" : state === "SCHEDULED" || state === "PENDING" ? "RUNNING" : state;
  const base = at.top + drawing.rowHeight - 5;
  const room = drawing.rowHeight - 9;
  pen.fillStyle = drawing.colors.state(stateLook(shown).token);
  pen.globalAlpha = 0.8;
  for (let slice = 0; slice < slices; slice += 1) {
    const value = running[slice] ?? 0;
    if (value <= 0) continue;
    const height = Math.max(2, (value / most) * room);
    pen.fillRect(slice * 2, base - height, 2, height);
  }
  pen.globalAlpha = 1;
  pen.fillStyle = drawing.colors.state("state-failed");
  for (let slice = 0; slice < slices; slice += 1)
    if (failed[slice] === 1) pen.fillRect(slice * 2 - 0.5, at.top + 3, 3, room + 1);
}

function drawNow(
  pen: CanvasRenderingContext2D,
  drawing: Drawing,
  at: { readonly height: number; readonly width: number; readonly x: (time: number) => number },
): void {
  const x = at.x(drawing.now);
  if (x < 0 || x > at.width + 1) return;
  pen.fillStyle = drawing.colors.accent;
  pen.fillRect(Math.min(at.width - 1, x), 0, 1.5, at.height);
}

/** Draws the axis of the visible span. */
export function drawAxis(canvas: HTMLCanvasElement, drawing: Pick<Drawing, "view" | "zero" | "colors">): void {
  const context = prepared(canvas);
  if (context === null) return;
  const { width, height, pen } = context;
  const { view, colors } = drawing;
  const { ticks, label } = axisTicks(view, drawing.zero, width);
  pen.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  pen.textBaseline = "middle";
  for (const tick of ticks) {
    const x = ((tick - view.from) / (view.to - view.from)) * width;
    pen.fillStyle = colors.line;
    pen.fillRect(Math.round(x), height - 6, 1, 6);
    pen.fillStyle = colors.faint;
    const text = label(tick);
    if (x + pen.measureText(text).width + 4 < width) pen.fillText(text, x + 4, height / 2);
  }
}

/** Ticks at even times after the start of the run, some 90 pixels apart. */
function axisTicks(view: Span, zero: number, width: number) {
  const { ticks, step } = offsetTicks(view.from - zero, view.to - zero, Math.max(2, width / 90));
  return {
    ticks: ticks.map((tick) => tick + zero),
    label: (tick: number) => axisOffset(Math.round((tick - zero) / step) * step, step),
  };
}

function prepared(
  canvas: HTMLCanvasElement,
): { readonly pen: CanvasRenderingContext2D; readonly width: number; readonly height: number } | null {
  const pen = canvas.getContext("2d");
  if (pen === null) return null;
  const scale = devicePixelRatio;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

function box(pen: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number): void {
  pen.beginPath();
  pen.roundRect(x, y, width, height, Math.min(radius, width / 2));
  pen.fill();
}

function hatch(pen: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  pen.save();
  pen.globalAlpha = 0.35;
  box(pen, x, y, width, height, 2.5);
  pen.globalAlpha = 0.9;
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  for (let at = x - height; at < x + width; at += 6) {
    pen.beginPath();
    pen.moveTo(at, y + height);
    pen.lineTo(at + height, y);
    pen.lineTo(at + height + 2, y);
    pen.lineTo(at + 2, y + height);
    pen.fill();
  }
  pen.restore();
}
