import type { State } from "../api/types.ts";

/** One attempt of a task: from RUNNING to its end or to the wait for the next one. */
export interface Attempt {
  readonly number: number;
  readonly start: string;
  readonly end: string | null;
  /** Its final state, or its present one. */
  readonly outcome: State;
  readonly states: readonly State[];
}

/** The attempts in a list of states, oldest first. Waits before an attempt belong to none. */
export function attemptsOf(states: readonly State[]): readonly Attempt[] {
  const attempts: Attempt[] = [];
  let running: State[] = [];
  const finish = (ending: State | undefined) => {
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
  for (const state of states) {
    if (state.type === "RUNNING") {
      // After a pause the same attempt continues; otherwise another process started a new one.
      if (running.at(-1)?.type !== "PAUSED") finish(undefined);
      running.push(state);
    } else if (state.type === "PAUSED" || state.type === "CANCELLING") {
      if (running.length > 0) running.push(state);
    } else {
      finish(state);
    }
  }
  finish(undefined);
  return attempts;
}

/** When each attempt began. */
export function startsOf(states: readonly State[]): readonly string[] {
  return attemptsOf(states).map(({ start }) => start);
}
