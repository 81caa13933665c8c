import { type Observation, observeRuns } from "@ostinato/sdk/observers";
import { spanText } from "../output/moments.ts";
import { note } from "../output/output.ts";
import { oneLine, paint } from "../output/text.ts";
import { openLiveBlock } from "./live-block.ts";
import { type Row, taskGroups } from "./task-groups.ts";

/** Shows the progress of this program's runs on standard error, until the returned function is called. */
export function showProgress(): () => void {
  return process.stderr.isTTY && process.env.TERM !== "dumb" ? showLive() : printLines();
}

const redrawMillis = 100;

/** On a terminal: a block with one line per task. */
function showLive(): () => void {
  // The block replaces these lines; warnings and the flow's own log go above it.
  const groups = taskGroups(seconds);
  const block = openLiveBlock();
  const draw = () => block.show(liveLines(groups.rows(), process.stderr.rows || 24));
  const timer = setInterval(draw, redrawMillis).unref();
  const stop = observeRuns((observation) => {
    if (observation.kind === "notice") note(paint("yellow", observation.message, process.stderr));
    else groups.take(observation);
  });
  return () => {
    clearInterval(timer);
    stop();
    draw();
    block.close();
  };
}

/** The newest rows where not all fit: rows that are over disappear first. */
export function liveLines(rows: readonly Row[], height: number): readonly string[] {
  const maxLines = Math.max(4, height - 6);
  const order = (row: Row) =>
    row.isFlow && row.depth === 0 ? Number.POSITIVE_INFINITY : isOver(row) ? row.changed : row.changed + 1e9;
  const kept = new Set(rows.toSorted((a, b) => order(b) - order(a)).slice(0, maxLines));
  const shown = rows.filter((row) => kept.has(row));
  const hidden = rows.length - shown.length;
  const lines = shown.map(lineOf);
  return hidden === 0 ? lines : [...lines, paint("dim", `  … and ${hidden} more tasks`, process.stderr)];
}

function isOver({ state }: Row): boolean {
  return state !== "running" && state !== "waiting";
}

const marks = {
  waiting: ["dim", "○"],
  running: ["blue", "●"],
  completed: ["green", "✓"],
  failed: ["red", "✗"],
  cancelled: ["gray", "⊘"],
} as const;

function lineOf(row: Row): string {
  const [format, mark] = marks[row.state];
  const label = row.isFlow ? paint("bold", oneLine(row.label), process.stderr) : oneLine(row.label);
  const parts = [countText(row), row.state === "waiting" ? undefined : spanText(row.seconds)];
  const about = parts.filter((part) => part !== undefined).join("  ");
  return `${"  ".repeat(row.depth)}${paint(format, mark, process.stderr)} ${label}  ${paint("dim", about, process.stderr)}`;
}

function countText({ total, over, failed, cached, isFlow }: Row): string | undefined {
  if (isFlow) return undefined;
  const parts = [
    total > 1 ? `${over}/${total}` : undefined,
    failed > 0 ? `${failed} failed` : undefined,
    cached > 0 ? (cached === total ? "from cache" : `${cached} from cache`) : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** Without a terminal: a line when all known runs of a task are over, at most one per second and task. */
function printLines(): () => void {
  const groups = taskGroups(seconds);
  const pending = new Map<string, NodeJS.Timeout>();
  const print = (id: string) => {
    pending.delete(id);
    const row = groups.row(id);
    if (row !== undefined && isOver(row)) note(plainLine(row));
  };
  const stop = observeRuns((observation: Observation) => {
    if (observation.kind === "notice") return note(observation.message);
    const id = groups.take(observation);
    if (observation.kind === "flow-run" || pending.has(id)) return;
    const row = groups.row(id);
    if (row !== undefined && isOver(row)) pending.set(id, setTimeout(print, settleMillis, id).unref());
  });
  return () => {
    stop();
    for (const [id, timer] of pending) {
      clearTimeout(timer);
      print(id);
    }
  };
}

/** Waits for further calls, because a task in a loop is over after each one. */
const settleMillis = 1000;

function plainLine(row: Row): string {
  const time = new Date().toTimeString().slice(0, 8);
  const level = row.state === "failed" ? "ERROR" : "INFO";
  const counts = countText(row);
  const message = row.state === "failed" && row.message !== "" ? `: ${oneLine(row.message)}` : "";
  const text = `task ${oneLine(row.label)}: ${row.state}${counts === undefined ? "" : ` (${counts})`} in ${spanText(row.seconds)}${message}`;
  return `${time} ${level.padEnd(7)} ${text}`;
}

function seconds(): number {
  return performance.now() / 1000;
}
