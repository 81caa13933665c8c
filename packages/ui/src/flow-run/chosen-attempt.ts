import { type Attempt, attemptsOf } from "@ostinato/core";
import type { FlowRunPage, State, Timeline } from "../api/types.ts";
import { isFinal } from "../states.ts";
import { copied, withRows } from "./timeline-columns.ts";

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

/** The timeline of what one attempt called. */
export function timelineOfAttempt(timeline: Timeline, attempt: number | undefined): Timeline {
  return attempt === undefined ? timeline : ofAttempts(timeline, [attempt]);
}

/** From the beginning of an attempt until that of the next one; undefined without a bound. Milliseconds since 1970, by the server's clock. */
export interface AttemptTime {
  readonly from: number | undefined;
  readonly until: number | undefined;
}

/** The time of the chosen attempt, in which its subflows began theirs; undefined for all attempts. */
export function timeOfAttempt({ all, chosen }: RunAttempts): AttemptTime | undefined {
  if (chosen === undefined) return undefined;
  const [own, next] = [all[chosen - 1], all[chosen]];
  return {
    from: chosen === 1 || own === undefined ? undefined : Date.parse(own.start),
    until: next === undefined ? undefined : Date.parse(next.start),
  };
}

/** The timeline of what a subflow called in those of its attempts that began in this time. A client may run the same subflow again in each attempt. */
export function timelineWithin(timeline: Timeline, time: AttemptTime | undefined): Timeline {
  if (time === undefined) return timeline;
  const { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = time;
  const origin = Date.parse(timeline.origin);
  // Attempts that began after the timeline was read are not listed, and belong to the last one.
  const count = timeline.attempt.reduce((most, attempt) => Math.max(most, attempt), timeline.attempt_starts.length);
  const starts = Array.from({ length: count }, (_, at) => {
    const start = timeline.attempt_starts[at];
    return start === undefined ? Number.MAX_VALUE : origin + start * 1000;
  });
  const within = starts.flatMap((start, at) => (start >= from && start < until ? [at + 1] : []));
  return within.length === 0 ? timeline : ofAttempts(timeline, within);
}

const made = new WeakMap<Timeline, Map<string, Timeline>>();

function ofAttempts(timeline: Timeline, attempts: readonly number[]): Timeline {
  const known = made.get(timeline) ?? new Map<string, Timeline>();
  made.set(timeline, known);
  const own = known.get(attempts.join()) ?? readAttempts(timeline, attempts);
  known.set(attempts.join(), own);
  return own;
}

function readAttempts(timeline: Timeline, attempts: readonly number[]): Timeline {
  const rows = timeline.id.map((_, row) => row).filter((row) => attempts.some((one) => isOf(timeline, row, one)));
  const cut = cutTo(timeline, rows, attempts);
  return cut === timeline && rows.length === timeline.id.length ? timeline : withRows(cut, rows);
}

/** Without what subflows that ran in other attempts too did there. */
function cutTo(timeline: Timeline, rows: readonly number[], attempts: readonly number[]): Timeline {
  const { attempt_starts: starts, attempt: last, first_attempt: first } = timeline;
  const [earliest, latest] = [Math.min(...attempts), Math.max(...attempts)];
  const [from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY] = [starts[earliest - 1], starts[latest]];
  const longer = new Set(rows.filter((row) => (first[row] ?? 1) < earliest || (last[row] ?? 1) > latest));
  if (longer.size === 0) return timeline;
  const own = copied(timeline);
  own.segments = timeline.segments.filter(([row, at]) => !longer.has(row) || (at >= from && at < until));
  for (const row of longer) {
    const states = own.segments.filter((segment) => segment[0] === row).toSorted((one, other) => one[1] - other[1]);
    const began = states.find(([, , type]) => type === "RUNNING")?.[1] ?? timeline.start[row] ?? null;
    own.start[row] = began === null ? null : Math.max(began, from);
    own.expected[row] = own.start[row] ?? null;
    const [, at, type, name] = states.at(-1) ?? [];
    if (until === Number.POSITIVE_INFINITY || at === undefined || type === undefined) continue;
    own.state_type[row] = type;
    own.state_name[row] = name ?? null;
    own.end[row] = isFinal(type) ? at : until;
  }
  return own;
}

function isOf({ attempt: last, first_attempt: first }: Timeline, row: number, attempt: number): boolean {
  return (first[row] ?? 1) <= attempt && attempt <= (last[row] ?? 1);
}
