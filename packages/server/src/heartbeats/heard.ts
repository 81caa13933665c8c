import type { Clock, Timestamp } from "@ostinato/core";

/**
 * What this server hears of flow runs besides their signs of life: events and lines of log. Whoever logs is alive. It is kept
 * in memory, so that a line costs no statement more, and is asked for only where a run's own sign is late.
 */
export interface Heard {
  note(flowRunId: string): void;
  /** When a run was last heard of, where that was within so many seconds; else undefined. */
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
