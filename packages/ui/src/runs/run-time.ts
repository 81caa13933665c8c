import type { State } from "../api/types.ts";
import { milliseconds } from "../format.ts";
import { isFinal, type StateType } from "../states.ts";

/** What the time of a run is computed from. The server counts the periods of running that are over, in seconds. */
export interface TimedRun {
  readonly state_type: StateType | null;
  readonly start_time: string | null;
  readonly total_run_time: number;
}

/** How many milliseconds a run has been running; null before its start. Pauses and waits for another attempt do not count. */
export function ranMs(run: TimedRun, since: string | null | undefined, now: number): number | null {
  if (run.start_time === null) return null;
  const present = run.state_type === "RUNNING" && since ? Math.max(0, now - milliseconds(since)) : 0;
  return run.total_run_time * 1000 + present;
}

/** How many milliseconds a run waited after its start: paused, for another attempt, for a slot or for its process. */
export function waitedMs(states: readonly Pick<State, "type" | "timestamp">[], now: number): number {
  const first = states.findIndex(({ type }) => type === "RUNNING");
  if (first < 0) return 0;
  let waited = 0;
  for (const [at, { type, timestamp }] of states.entries()) {
    if (at < first || type === "RUNNING" || type === "CANCELLING") continue;
    const next = states[at + 1];
    // Nothing waits at the end of a run; after a failure it waits for whoever starts it again.
    if (next === undefined && isFinal(type)) continue;
    waited += Math.max(0, (next === undefined ? now : milliseconds(next.timestamp)) - milliseconds(timestamp));
  }
  return waited;
}
