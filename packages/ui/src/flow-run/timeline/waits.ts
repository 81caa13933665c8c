import type { Timeline } from "../../api/types.ts";
import { duration } from "../../format.ts";
import { isFinal } from "../../states.ts";
import { type Spell, spells } from "./spells.ts";
import { type FoldedTime, foldedScale, type TimeScale } from "./time-scale.ts";

/** A time in which a run waited and none of its tasks ran, in milliseconds since 1970; without end it ends at infinity. */
export interface Wait extends FoldedTime {
  /** `before the start`, `between attempts 1 and 2`. */
  readonly when: string;
}

/** The share of the other time that a folded wait takes on the axis, and that all of them take at most. */
const foldShare = 0.07;
const maxFoldsShare = 0.4;
/** Waits that are shorter than this share of the other time are drawn to scale. */
const minWaitShare = 0.1;

/** The waits of a run: before its start, between its attempts, and its pauses. */
export function waitsOf(run: Timeline, tasks: Timeline): readonly Wait[] {
  const waits: Wait[] = [];
  let attempt = 0;
  let waiting: Spell[] = [];
  for (const spell of spells(run, 0, Number.POSITIVE_INFINITY)) {
    if (!isRunning(spell)) {
      waiting.push(spell);
      continue;
    }
    const resumed = waiting.some(({ type }) => type === "PAUSED");
    const next = resumed || spell.type === "CANCELLING" ? attempt : attempt + 1;
    add(waiting, attempt === 0 ? "before the start" : resumed ? "paused" : `between attempts ${attempt} and ${next}`);
    attempt = next;
    waiting = [];
  }
  const last = waiting.at(-1);
  if (last !== undefined && !isFinal(last.type)) add(waiting, attempt === 0 ? "before the start" : "until now");
  return waits.flatMap((wait) => withoutTasks(wait, tasks));

  function add(spent: readonly Spell[], when: string) {
    const [first, end] = [spent[0], spent.at(-1)];
    if (first !== undefined && end !== undefined && end.to > first.from)
      waits.push({ from: first.from, to: end.to, when });
  }
}

function isRunning({ type }: Spell): boolean {
  return type === "RUNNING" || type === "CANCELLING";
}

/** The parts of a wait in which no task ran. */
function withoutTasks(wait: Wait, tasks: Timeline): readonly Wait[] {
  const ran = tasks.id
    .flatMap((_, row) => spells(tasks, row, Number.POSITIVE_INFINITY).filter(isRunning))
    .filter(({ from, to }) => to > wait.from && from < wait.to)
    .sort((a, b) => a.from - b.from);
  const parts: Wait[] = [];
  let { from } = wait;
  for (const task of ran) {
    if (task.from > from) parts.push({ ...wait, from, to: task.from });
    from = Math.max(from, task.to);
  }
  if (from < wait.to) parts.push({ ...wait, from });
  return parts;
}

/** The waits that would take more of a picture of this time than everything else. */
export function foldableWaits(
  waits: readonly Wait[],
  span: { readonly from: number; readonly to: number },
): readonly Wait[] {
  const ended = waits.flatMap((wait) => {
    const to = Math.min(wait.to, span.to);
    return to > wait.from ? [{ ...wait, to }] : [];
  });
  const waited = lengthOf(ended);
  const other = span.to - span.from - waited;
  if (other <= 0 || waited <= other) return [];
  return ended.filter(({ from, to }) => to - from > other * minWaitShare);
}

/** The axis on which these waits are folded. */
export function scaleOf(folded: readonly Wait[], span: { readonly from: number; readonly to: number }): TimeScale {
  const other = span.to - span.from - lengthOf(folded);
  return foldedScale(folded, other * Math.min(foldShare, maxFoldsShare / Math.max(1, folded.length)));
}

function lengthOf(waits: readonly Wait[]): number {
  return waits.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** `14 m 00 s between attempts 1 and 2`. */
export function waitWords({ from, to, when }: Wait): string {
  return `${duration(to - from)} ${when}`;
}
