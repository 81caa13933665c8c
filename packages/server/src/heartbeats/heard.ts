import type { Clock, Timestamp } from "@ostinato/core";

/**
 * Other signs that flow runs are alive, besides their heartbeats: events and log lines. They are kept in memory, so that a log
 * line needs no further statement, and are read only for runs whose heartbeat is late.
 */
export interface Heard {
  note(flowRunId: string): void;
  /** The last time that a run showed any activity, if within so many seconds; else undefined. */
  within(flowRunId: string, seconds: number): Timestamp | undefined;
  /** Forgets all but these. */
  keepOnly(flowRunIds: ReadonlySet<string>): void;
}

interface Moment {
  readonly at: Timestamp;
  /** Even seconds: clocks are moved. */
  readonly elapsed: number;
}

/** A server that nobody makes look, inside a program, must not collect for ever. */
const maxRuns = 10_000;

export function createHeard(clock: Clock): Heard {
  const latest = new Map<string, Moment>();
  return {
    note(flowRunId) {
      if (latest.size >= maxRuns && !latest.has(flowRunId)) latest.clear();
      latest.set(flowRunId, { at: clock.now(), elapsed: clock.elapsed() });
    },
    within(flowRunId, seconds) {
      const heard = latest.get(flowRunId);
      return heard !== undefined && heard.elapsed > clock.elapsed() - seconds ? heard.at : undefined;
    },
    keepOnly(flowRunIds) {
      for (const id of latest.keys()) if (!flowRunIds.has(id)) latest.delete(id);
    },
  };
}
