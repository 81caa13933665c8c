import type { Deployment, SlotHolder, StartProblem } from "@ostinato/protocol";
import type { HeldBack } from "./deployment-page.queries.ts";

type Startable = Pick<
  Deployment,
  "paused" | "status" | "last_polled" | "work_pool_name" | "global_concurrency_limit" | "concurrency_options"
>;

export interface Obstacles {
  readonly held: HeldBack;
  readonly holders: readonly SlotHolder[];
}

/** Why a run of the deployment would not start now, what holds back most first. */
export function startProblems(deployment: Startable, { held, holders }: Obstacles): StartProblem[] {
  return [...unserved(deployment, held.late), ...full(deployment, held.in_line, holders), ...paused(deployment)];
}

function unserved(deployment: Startable, late: number): StartProblem[] {
  const { status, last_polled: since, work_pool_name: pool } = deployment;
  if (status === "READY") return [];
  const nobody =
    pool === null ? "Nobody serves it" : `No worker of the work pool ${JSON.stringify(pool)} asks for its runs`;
  return [
    {
      reason: `${nobody}.${amount(late, "One run is late.", "runs are late.")}`,
      since,
      hint:
        pool === null
          ? "Start the program that serves it. What it does with runs that were due meanwhile is in its configuration."
          : "Start a worker of the pool.",
      holders: [],
    },
  ];
}

export function isFull({ global_concurrency_limit: limit }: Pick<Deployment, "global_concurrency_limit">): boolean {
  return limit?.active === true && limit.active_slots >= limit.limit;
}

function full(deployment: Startable, inLine: number, holders: readonly SlotHolder[]): StartProblem[] {
  const { global_concurrency_limit: limit, concurrency_options: options } = deployment;
  if (limit === null || !isFull(deployment)) return [];
  const taken =
    limit.limit === 1 ? "The only slot of its limit is taken." : `All ${limit.limit} slots of its limit are taken.`;
  const isCancelled = options?.collision_strategy === "CANCEL_NEW";
  return [
    {
      reason: `${taken}${amount(inLine, "One run waits in line.", "runs wait in line.")}`,
      since: holders[0]?.since ?? null,
      hint: isCancelled
        ? "Until a run ends, or the limit is raised, a new run is cancelled."
        : "A new run waits until a run ends, or the limit is raised.",
      holders: [...holders],
    },
  ];
}

function paused({ paused }: Startable): StartProblem[] {
  if (!paused) return [];
  return [
    {
      reason: "This deployment is paused: its schedules make no runs.",
      since: null,
      hint: "A run that somebody starts runs all the same.",
      holders: [],
    },
  ];
}

function amount(count: number, one: string, many: string): string {
  if (count === 0) return "";
  return count === 1 ? ` ${one}` : ` ${count} ${many}`;
}
