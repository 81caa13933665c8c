import { offsetTicks } from "../../charts/offset-ticks.ts";
import { axisOffset, duration } from "../../format.ts";
import { isBad, stateLook } from "../../states.ts";
import { themeColor } from "../../theme.ts";
import { density } from "./density.ts";
import { spells } from "./spells.ts";
import { type TimeScale, unfoldedParts } from "./time-scale.ts";
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
  /** The displayed places of the axis. */
  readonly view: Span;
  readonly scale: TimeScale;
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
  const x = (time: number) => placed(drawing.scale.place(time), drawing.view, width);
  drawGrid(pen, drawing, { width, height, x });
  drawFolds(pen, drawing, { width, height, top: 0 });
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
  for (const { time } of axisTicks(drawing, at.width)) pen.fillRect(Math.round(at.x(time)), 0, 1, at.height);
}

/** A folded wait is a hatched column between two edges. */
function drawFolds(
  pen: CanvasRenderingContext2D,
  { scale, view, colors }: Pick<Drawing, "scale" | "view" | "colors">,
  at: { readonly width: number; readonly height: number; readonly top: number },
): void {
  for (const { fromPlace, toPlace } of scale.folds) {
    const from = Math.round(placed(fromPlace, view, at.width));
    const to = Math.round(placed(toPlace, view, at.width));
    if (to < 0 || from > at.width) continue;
    pen.fillStyle = colors.line;
    hatch(pen, { x: from, y: at.top, width: to - from, height: at.height - at.top }, { gap: 9, alpha: 0.6 });
    pen.fillRect(from, at.top, 1, at.height - at.top);
    pen.fillRect(to, at.top, 1, at.height - at.top);
  }
}

function placed(place: number, view: Span, width: number): number {
  return ((place - view.from) / (view.to - view.from)) * width;
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
      const bar = { x: from, y: middle - barHeight / 2, width: length, height: barHeight };
      pen.globalAlpha = 0.35;
      box(pen, bar.x, bar.y, bar.width, bar.height, 2.5);
      hatch(pen, bar, { gap: 6, alpha: 0.9 });
      pen.globalAlpha = 1;
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
  const { running, failed } = density(row, {
    span: drawing.view,
    slices,
    now: drawing.now,
    scale: drawing.scale,
  });
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
export function drawAxis(
  canvas: HTMLCanvasElement,
  drawing: Pick<Drawing, "view" | "scale" | "zero" | "colors">,
): void {
  const context = prepared(canvas);
  if (context === null) return;
  const { width, height, pen } = context;
  const { view, scale, colors } = drawing;
  pen.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  pen.textBaseline = "middle";
  drawFolds(pen, drawing, { width, height, top: height - 6 });
  let free = 0;
  for (const { time, label, until } of axisTicks(drawing, width)) {
    const x = placed(scale.place(time), view, width);
    pen.fillStyle = colors.line;
    pen.fillRect(Math.round(x), height - 6, 1, 6);
    const end = x + pen.measureText(label).width + 4;
    if (x < free || end >= until) continue;
    pen.fillStyle = colors.faint;
    pen.fillText(label, x + 4, height / 2);
    free = end;
  }
  drawFoldLengths(pen, drawing, { width, height });
}

/** How long a folded wait is, where its column has room for it. */
function drawFoldLengths(
  pen: CanvasRenderingContext2D,
  { scale, view, colors }: Pick<Drawing, "view" | "scale" | "colors">,
  at: { readonly width: number; readonly height: number },
): void {
  pen.fillStyle = colors.faint;
  for (const { from, to, fromPlace, toPlace } of scale.folds) {
    const [left, right] = [placed(fromPlace, view, at.width), placed(toPlace, view, at.width)];
    const text = [duration(to - from), "⋯"].find((words) => pen.measureText(words).width + 4 < right - left);
    if (text === undefined) continue;
    pen.fillText(text, (left + right - pen.measureText(text).width) / 2, at.height / 2 - 2);
  }
}

interface Tick {
  readonly time: number;
  readonly label: string;
  /** Where the room for the label ends, in pixels. */
  readonly until: number;
}

/** Ticks at even times after the start of the run, some 90 pixels apart, none in a folded wait. */
function axisTicks({ view, scale, zero }: Pick<Drawing, "view" | "scale" | "zero">, width: number): readonly Tick[] {
  const perPlace = Math.max(2, width / 90) / (view.to - view.from);
  return unfoldedParts(scale, view).flatMap((part) => {
    const [from, to] = [scale.time(part.from) - zero, scale.time(part.to) - zero];
    const { ticks, step } = offsetTicks(from, to, perPlace * (part.to - part.from));
    const until = placed(part.to, view, width);
    return ticks.map((tick) => ({
      time: tick + zero,
      label: axisOffset(Math.round(tick / step) * step, step),
      until,
    }));
  });
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

function hatch(
  pen: CanvasRenderingContext2D,
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  { gap, alpha }: { readonly gap: number; readonly alpha: number },
): void {
  pen.save();
  pen.globalAlpha = alpha;
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  for (let at = x - height; at < x + width; at += gap) {
    pen.beginPath();
    pen.moveTo(at, y + height);
    pen.lineTo(at + height, y);
    pen.lineTo(at + height + 2, y);
    pen.lineTo(at + 2, y + height);
    pen.fill();
  }
  pen.restore();
}
