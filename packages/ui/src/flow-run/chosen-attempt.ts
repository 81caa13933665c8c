import { type Attempt, attemptsOf } from "@ostinato/core";
import type { FlowRunPage, State, Timeline } from "../api/types.ts";
import { withRows } from "./timeline-columns.ts";

/** The attempts of a run, and the one that its page is about. */
export interface RunAttempts {
  readonly all: readonly Attempt<State>[];
  /** Counted from 1; undefined for all of them, and where there is only one. */
  readonly chosen: number | undefined;
}

/** What the address chooses: an attempt, `all`, or the last one, which a run that is retried meanwhile moves on. */
export function runAttempts(states: readonly State[], choice: string | undefined): RunAttempts {
  const all = attemptsOf(states);
  if (all.length < 2 || choice === "all") return { all, chosen: undefined };
  const number = Number(choice);
  const isOne = Number.isInteger(number) && number > 0 && number <= all.length;
  return { all, chosen: isOne ? number : all.length };
}

/** The run as far as the chosen attempt goes: with its states and times alone. */
export function pageOfAttempt<P extends Pick<FlowRunPage, "flow_run" | "states">>(page: P, attempts: RunAttempts): P {
  const { all, chosen } = attempts;
  const attempt = chosen === undefined ? undefined : all[chosen - 1];
  if (attempt === undefined) return page;
  const { start, end, states } = attempt;
  return { ...page, flow_run: { ...page.flow_run, start_time: start, end_time: end }, states };
}

const made = new WeakMap<Timeline, Map<number, Timeline>>();

/** The timeline of what one attempt called. */
export function timelineOfAttempt(timeline: Timeline, attempt: number | undefined): Timeline {
  if (attempt === undefined) return timeline;
  const rows = timeline.id.map((_, row) => row).filter((row) => isOf(timeline, row, attempt));
  if (rows.length === timeline.id.length) return timeline;
  const known = made.get(timeline) ?? new Map<number, Timeline>();
  made.set(timeline, known);
  const own = known.get(attempt) ?? withRows(timeline, rows);
  known.set(attempt, own);
  return own;
}

function isOf({ attempt: last, first_attempt: first }: Timeline, row: number, attempt: number): boolean {
  return (first[row] ?? 1) <= attempt && attempt <= (last[row] ?? 1);
}
