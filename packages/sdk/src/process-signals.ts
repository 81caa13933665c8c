import { logLevels } from "@ostinato/protocol";
import { notice } from "./console-output.ts";
import { context } from "./context.ts";
import { Cancelled, Crashed } from "./errors.ts";
import { isObserved } from "./observers.ts";
import type { Interruptible } from "./scope.ts";

/** How long the server is given to hear of the end. */
const boundMillis = 5000;

/**
 * The flow runs that are nobody's subflow. While there are any, SIGINT ends them as cancelled and SIGTERM as crashed, and the
 * server is told so before the process ends; a second signal ends the process at once.
 */
export const rootRuns = {
  /** The returned function takes the run out again. */
  add(run: Interruptible): () => void {
    runs.add(run);
    if (runs.size === 1) listen();
    return () => {
      runs.delete(run);
      if (runs.size > 0) return;
      empty?.();
      silence();
    };
  },
};

const runs = new Set<Interruptible>();
let ending = false;
let empty: (() => void) | undefined;

function listen(): void {
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

function silence(): void {
  process.off("SIGINT", onSignal);
  process.off("SIGTERM", onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  if (ending) leave(signal);
  else endRuns(signal);
}

function endRuns(signal: NodeJS.Signals): void {
  ending = true;
  // Whoever else listens decides when the process ends; without others, we do.
  const alone = process.listenerCount(signal) === 1;
  const reason =
    signal === "SIGINT" ? new Cancelled("Interrupted by SIGINT.") : new Crashed("The process was ended by SIGTERM.");
  const what = runs.size === 1 ? "the run" : `${runs.size} runs`;
  notice(logLevels.warning, `${signal}: ending ${what}; once more to leave at once`);
  const over = new Promise<void>((resolve) => {
    empty = resolve;
  });
  const bound = new Promise<void>((resolve) => setTimeout(resolve, boundMillis));
  context.exit(() => {
    for (const run of runs) run.interrupt(reason);
  });
  // After the runs are over, what awaited them has a turn to clean up.
  void Promise.race([over.then(() => new Promise((resolve) => setImmediate(resolve))), bound]).then(() => {
    ending = false;
    if (isObserved()) process.exitCode = exitCodes[signal];
    else if (alone) leave(signal);
  });
}

/** What a shell says of a process that the signal has ended. */
const exitCodes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Ends the process by the signal itself, so that who started it sees what ended it. */
function leave(signal: NodeJS.Signals): void {
  silence();
  process.kill(process.pid, signal);
}
