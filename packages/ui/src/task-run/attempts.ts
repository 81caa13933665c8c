import type { State } from "../api/types.ts";

/** One try of a task: from when it began to run until it ended or was to be tried again. */
export interface Attempt {
  readonly number: number;
  readonly start: string;
  readonly end: string | null;
  /** The state in which it ended, or in which it is. */
  readonly outcome: State;
  readonly states: readonly State[];
}

/** The attempts in a list of states, oldest first. Waiting before an attempt belongs to none. */
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
      // After a pause the same attempt goes on; without one, another process began anew.
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
