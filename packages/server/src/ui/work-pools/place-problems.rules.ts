import type { StartProblem } from "@ostinato/protocol";
import type { PlaceFigures } from "./place-figures.service.ts";

/** What is known of a pool that may hold its runs back. */
export interface PoolStanding {
  readonly type: string;
  readonly is_paused: boolean;
  readonly concurrency_limit: number | null;
  readonly figures: PlaceFigures;
  readonly workersOnline: number;
  /** The last sign of life of any worker. */
  readonly lastSign: string | null;
}

/** Why runs of a pool do not start now, what holds back most first. */
export function poolProblems(pool: PoolStanding): StartProblem[] {
  return [...paused(pool, "The pool"), ...unattended(pool), ...full(pool, "the pool")];
}

export interface QueueStanding {
  readonly is_paused: boolean;
  readonly concurrency_limit: number | null;
  readonly figures: PlaceFigures;
  readonly isPolled: boolean;
  readonly pool: PoolStanding;
}

/** Why runs of a queue do not start now: what holds back the pool, and then the queue. */
export function queueProblems(queue: QueueStanding): StartProblem[] {
  const ofPool = poolProblems({ ...queue.pool, figures: { ...queue.pool.figures, late: queue.figures.late } });
  return [...ofPool, ...paused(queue, "The queue"), ...unpolled(queue), ...full(queue, "the queue")];
}

type Limited = Pick<PoolStanding, "concurrency_limit" | "figures">;

function paused({ is_paused, figures }: Pick<PoolStanding, "is_paused" | "figures">, noun: string): StartProblem[] {
  if (!is_paused) return [];
  return [
    problem({
      reason: `${noun} is paused.${waiting(figures.late)}`,
      since: null,
      hint: "No run of it starts until it is resumed. Runs that have started go on.",
    }),
  ];
}

function unattended({ figures, workersOnline, lastSign }: PoolStanding): StartProblem[] {
  if (workersOnline > 0) return [];
  return [
    problem({
      reason: `${lastSign === null ? "No worker has ever been online." : "No worker is online."}${waiting(figures.late)}`,
      since: lastSign,
      hint: "Start a worker of the pool: it takes the runs that wait.",
    }),
  ];
}

function unpolled({ figures, isPolled, is_paused, pool }: QueueStanding): StartProblem[] {
  if (isPolled || is_paused || pool.workersOnline === 0) return [];
  const { last_polled: since } = figures;
  return [
    problem({
      reason: `No worker takes runs of this queue${since === null ? "" : " any more"}.${waiting(figures.late)}`,
      since,
      hint: "The workers that are online take runs of other queues. Start one for this queue, or one for all queues.",
    }),
  ];
}

function full({ concurrency_limit: limit, figures }: Limited, noun: string): StartProblem[] {
  if (limit === null || figures.active_slots < limit) return [];
  return [
    problem({
      reason: `${fullness(limit, noun)}${waiting(figures.late)}`,
      since: null,
      hint:
        limit === 0
          ? "No run starts until the limit is raised."
          : "A run that waits starts when one of these ends, or when the limit is raised.",
    }),
  ];
}

function fullness(limit: number, noun: string): string {
  if (limit === 0) return `The limit of ${noun} is 0.`;
  return limit === 1 ? `The only slot of ${noun} is taken.` : `All ${limit} slots of ${noun} are taken.`;
}

function waiting(late: number): string {
  if (late === 0) return "";
  return late === 1 ? " One run is late." : ` ${late.toLocaleString("en-GB")} runs are late.`;
}

function problem(given: Pick<StartProblem, "reason" | "since" | "hint">): StartProblem {
  return { ...given, holders: [] };
}
