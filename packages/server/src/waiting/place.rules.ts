import { workerCommand } from "@ostinato/job-templates/worker-command";
import type { Waiting, WaitingCause } from "@ostinato/protocol";

/** The queue and the pool where a run waits, and what keeps their workers from taking it. */
export interface PlaceOfRun {
  readonly pool: {
    readonly name: string;
    readonly type: string;
    readonly isPaused: boolean;
    readonly limit: number | null;
    readonly taken: number;
    readonly workersOnline: number;
    /** Those among them that take no more runs, since they are being stopped. */
    readonly workersDraining: number;
    /** The last sign of life of any worker. */
    readonly lastSign: string | null;
  };
  readonly queue: {
    readonly name: string;
    readonly isPaused: boolean;
    readonly limit: number | null;
    readonly taken: number;
    /** Whether a worker asks for its runs now. */
    readonly isPolled: boolean;
    readonly lastPolled: string | null;
  };
  readonly line: NonNullable<Waiting["line"]>;
}

export interface Obstacle {
  readonly cause: WaitingCause;
  readonly reason: string;
  readonly hint: string | null;
}

/** All that keeps the workers from taking a due run, the weightiest first. */
export function obstaclesOf({ pool, queue, line }: PlaceOfRun): readonly Obstacle[] {
  const obstacles: (Obstacle | null)[] = [
    pool.isPaused
      ? obstacle(
          "work-pool-paused",
          `The work pool ${quoted(pool.name)} is paused: its workers take no runs.`,
          "Resume the work pool.",
        )
      : null,
    queue.isPaused
      ? obstacle(
          "work-queue-paused",
          `The work queue ${quoted(queue.name)} is paused: no worker takes its runs.`,
          "Resume the work queue.",
        )
      : null,
    workerMissing(pool, queue),
    full("work queue", queue),
    full("work pool", pool),
    line.place > 1
      ? obstacle(
          "behind",
          `It is number ${line.place} of ${counted(line.length)} due runs of the work pool ${quoted(pool.name)}.`,
          "A smaller number as its priority lets it go earlier; more workers let all go earlier.",
        )
      : null,
  ];
  return obstacles.filter((one) => one !== null);
}

function workerMissing(pool: PlaceOfRun["pool"], queue: PlaceOfRun["queue"]): Obstacle | null {
  const name = quoted(pool.name);
  if (pool.workersOnline === 0) {
    const since =
      pool.lastSign === null ? "None has connected yet" : `The last one gave a sign of life at ${pool.lastSign}`;
    return obstacle(
      "no-worker",
      `No worker of the work pool ${name} is online. ${since}.`,
      `Start one: ${workerCommand(pool)}`,
    );
  }
  if (pool.workersDraining === pool.workersOnline) {
    const which = pool.workersOnline === 1 ? "The only worker" : `All ${pool.workersOnline} workers`;
    return obstacle(
      "no-worker",
      `${which} of the work pool ${name} ${pool.workersOnline === 1 ? "is" : "are"} being stopped, and take${pool.workersOnline === 1 ? "s" : ""} no more runs.`,
      `Start another one: ${workerCommand(pool)}`,
    );
  }
  if (queue.isPolled) return null;
  const since = queue.lastPolled === null ? "has asked" : `has asked since ${queue.lastPolled}`;
  return obstacle(
    "no-worker",
    `Workers of the work pool ${name} are online, but none ${since} for runs of the work queue ${quoted(queue.name)}.`,
    `Start one for this queue: ${workerCommand({ ...pool, queue: queue.name })}`,
  );
}

function full(what: string, { name, limit, taken }: PlaceOfRun["pool"] | PlaceOfRun["queue"]): Obstacle | null {
  if (limit === null || taken < limit) return null;
  const which = `${what} ${quoted(name)}`;
  if (limit === 0) return obstacle("limit", `The ${which} has a limit of 0: no run may start.`, "Raise its limit.");
  const slots = limit === 1 ? "The only slot" : `All ${limit} slots`;
  return obstacle(
    "limit",
    `${slots} of the ${which} ${limit === 1 ? "is" : "are"} taken.`,
    "It starts when another run ends, or when the limit is raised.",
  );
}

function obstacle(cause: WaitingCause, reason: string, hint: string): Obstacle {
  return { cause, reason, hint };
}

function counted(count: number): string {
  return count >= 1000 ? "1,000 or more" : String(count);
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
