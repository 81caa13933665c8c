import type { Clock, Timestamp } from "@ostinato/core";

/**
 * Other signs that flow runs are alive, besides their heartbeats: events and log lines. They are kept in memory, so that a log
 * line needs no further statement, and are read only for runs whose heartbeat is late.
 */
export interface RunActivity {
  note(flowRunId: string): void;
  /** The last time that a run showed any activity, if within so many seconds; else undefined. */
  within(flowRunId: string, seconds: number): Timestamp | undefined;
  /** Forgets all but these. */
  keepOnly(flowRunIds: ReadonlySet<string>): void;
}

interface Moment {
  readonly at: Timestamp;
  /** Monotonic seconds: clocks may be set. */
  readonly elapsed: number;
}

/** Bounds the map in a server inside a program, which never checks for lost runs. */
const maxRuns = 10_000;

export function createRunActivity(clock: Clock): RunActivity {
  const latest = new Map<string, Moment>();
  return {
    note(flowRunId) {
      if (latest.size >= maxRuns && !latest.has(flowRunId)) latest.clear();
      latest.set(flowRunId, { at: clock.now(), elapsed: clock.elapsed() });
    },
    within(flowRunId, seconds) {
      const last = latest.get(flowRunId);
      return last !== undefined && last.elapsed > clock.elapsed() - seconds ? last.at : undefined;
    },
    keepOnly(flowRunIds) {
      for (const id of latest.keys()) if (!flowRunIds.has(id)) latest.delete(id);
    },
  };
}
