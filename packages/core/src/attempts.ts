import type { StateType } from "./states.ts";

interface StateOfRun {
  readonly type: StateType;
  readonly timestamp: unknown;
}

/** One attempt of a flow run or task run: from RUNNING to its end or to the wait for the next one. */
export interface Attempt<S extends StateOfRun> {
  /** Counted from 1. */
  readonly number: number;
  readonly start: S["timestamp"];
  readonly end: S["timestamp"] | null;
  /** Its final state, or its present one. */
  readonly outcome: S;
  readonly states: readonly S[];
}

/** The attempts in the states of a run, oldest first. Waits before an attempt belong to none. */
export function attemptsOf<S extends StateOfRun>(states: readonly S[]): readonly Attempt<S>[] {
  const attempts: Attempt<S>[] = [];
  let running: S[] = [];
  const finish = (ending: S | undefined) => {
    const first = running[0];
    if (first === undefined) return;
    const all = ending === undefined ? running : [...running, ending];
    attempts.push({
      number: attempts.length + 1,
      start: first.timestamp,
      end: ending?.timestamp ?? null,
      outcome: all.at(-1) ?? first,
      states: all,
    });
    running = [];
  };
  let isPaused = false;
  for (const state of states) {
    // After a pause the same attempt continues, also where another process takes it; else a second RUNNING is a new attempt.
    const continues = isPaused && ["SCHEDULED", "PENDING", "RUNNING"].includes(state.type);
    if (state.type === "RUNNING") {
      if (!continues) finish(undefined);
      running.push(state);
      isPaused = false;
    } else if (continues || state.type === "PAUSED" || state.type === "CANCELLING") {
      if (running.length > 0) running.push(state);
      isPaused ||= state.type === "PAUSED" && running.length > 0;
    } else {
      finish(state);
      isPaused = false;
    }
  }
  finish(undefined);
  return attempts;
}

/** When each attempt began. */
export function startsOf<S extends StateOfRun>(states: readonly S[]): readonly S["timestamp"][] {
  return attemptsOf(states).map(({ start }) => start);
}
