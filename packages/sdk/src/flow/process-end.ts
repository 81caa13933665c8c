import { inspect } from "node:util";
import { logLevels } from "@ostinato/protocol/log-levels";
import { context } from "../context.ts";
import { Cancelled, Crashed } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { foldUncaughtStacks } from "../failures/internal-frames.ts";
import { notice } from "../logging/console-output.ts";
import { isObserved } from "../logging/observers.ts";
import type { Interruptible } from "../run/runs-under-way.ts";
import { ownerOf } from "../run/unhandled-failures.ts";
import { reportEnd } from "./live-runs.ts";

/** How long the report to the server may take. */
const boundMillis = 5000;

/**
 * The root flow runs: those that are not subflows. When the process ends before them, the server is told: SIGINT cancels them; SIGTERM,
 * SIGHUP, an uncaught error and `process.exit()` crash them. A second signal ends the process at once.
 */
export const rootRuns = {
  /** Adds the run; the returned function removes it. */
  add(run: Interruptible): () => void {
    runs.add(run);
    foldUncaughtStacks();
    if (runs.size === 1) listen();
    return () => {
      runs.delete(run);
      if (runs.size > 0) return;
      empty?.();
      if (ending === undefined) silence();
    };
  },
};

/** Without a listener each signal ends the process at once; SIGHUP does so even under `nohup`, because Node resets it. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const runs = new Set<Interruptible>();
/** The reason for which all runs are being ended. */
let ending: Error | undefined;
let empty: (() => void) | undefined;

function listen(): void {
  for (const signal of signals) process.on(signal, onSignal);
  process.on("uncaughtException", onUncaught);
  process.on("exit", onExit);
}

function silence(): void {
  for (const signal of signals) process.off(signal, onSignal);
  process.off("uncaughtException", onUncaught);
  process.off("exit", onExit);
}

function onSignal(signal: NodeJS.Signals): void {
  if (ending !== undefined) leave(signal);
  else void endBySignal(signal);
}

async function endBySignal(signal: NodeJS.Signals): Promise<void> {
  // Other listeners decide when the process ends; without any, this one does.
  const alone = process.listenerCount(signal) === 1;
  const what = runs.size === 1 ? "the run" : `${runs.size} runs`;
  notice(logLevels.warning, `${signal}: ending ${what}; once more to leave at once`);
  await endRuns(reasonOf(signal));
  if (isObserved()) process.exitCode = exitCodes[signal];
  else if (alone) leave(signal);
}

function reasonOf(signal: NodeJS.Signals): Error {
  if (signal === "SIGINT") return new Cancelled("Interrupted by SIGINT.");
  return new Crashed(`The process was ended by ${signal}.`);
}

/** The exit code by which a shell reports a process that was ended by the signal. */
const exitCodes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Ends the process by the signal itself, so that its parent sees the cause. */
function leave(signal: NodeJS.Signals): void {
  silence();
  reportEnd(reasonOf(signal));
  process.kill(process.pid, signal);
}

function onUncaught(error: Error, origin: NodeJS.UncaughtExceptionOrigin): void {
  // With another listener the process continues, and so do the runs.
  if (process.listenerCount("uncaughtException") > 1) return;
  // The interruption of the runs has reached the end of the program: exit by the signal that began it.
  if (error === ending) return;
  const owner = origin === "unhandledRejection" ? ownerOf(error) : undefined;
  // A run's failure that surfaces as an unhandled rejection is still only that run's failure.
  if (owner !== undefined) owner.keepUnhandled(error);
  else void endByError(error);
}

async function endByError(error: Error): Promise<void> {
  // Outside of any run's context: with `logPrints` this output would become a line of the run's log.
  context.exit(() => process.stderr.write(`${inspect(error)}\n`));
  if (ending === undefined) {
    const reason = new Crashed(`The process was ended by an error that nobody caught: ${failureMessage(error)}`);
    await endRuns(reason);
    // Report the runs that did not react.
    reportEnd(reason);
  }
  process.exit(1);
}

/** Nothing asynchronous happens any more on this thread. */
function onExit(code: number): void {
  const left =
    ending ?? new Crashed(`The process ended with code ${code} before the run did: something called process.exit().`);
  reportEnd(left);
}

async function endRuns(reason: Error): Promise<void> {
  ending = reason;
  const over = new Promise<void>((resolve) => {
    empty = resolve;
  });
  const bound = new Promise<void>((resolve) => setTimeout(resolve, boundMillis).unref());
  context.exit(() => {
    for (const run of runs) run.interrupt(reason);
  });
  await Promise.race([over, bound]);
  // Let the code that awaited the runs clean up.
  await new Promise((resolve) => setImmediate(resolve));
  ending = undefined;
  if (runs.size === 0) silence();
}
