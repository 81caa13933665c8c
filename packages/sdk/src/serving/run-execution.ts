import type { Claim } from "@ostinato/client/flow-run-states";
import type { Suspended } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { loadFlow, uncaughtMessage, type WantedFlow } from "./flow-loading.ts";

/** A run that this process executes. */
export interface RunToExecute {
  readonly flowRunId: string;
  /** Undefined where whoever took the run has no claim, as Prefect's workers. */
  readonly claim: Claim | undefined;
}

export interface RunReports {
  /** The run exists in this process, and reports its own end from now on. */
  readonly begun: () => void;
  /** The run could not begin. */
  readonly problem: (message: string) => void;
}

/** How long the rest of the file may take after the run has ended, such as the lines behind `await train.serve()`. */
const restMillis = 2000;

/** Loads the flow, executes the run, and ends the process with 0 where the run completed or is suspended. Rejects where the flow cannot be loaded. */
export async function executeRun(
  wanted: WantedFlow,
  run: RunToExecute | Promise<RunToExecute>,
  { begun, problem }: RunReports,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const onUncaught = (error: unknown) => problem(uncaughtMessage(wanted.file, error));
  process.on("uncaughtException", onUncaught);
  const { rest, found } = loadFlow(wanted, ended.promise);
  const { maker } = await found;
  const { flowRunId, claim } = await run;
  const future = maker.resume(flowRunId, claim);
  future.created.then(
    () => {
      // From here on the run's own handlers report the end of the process under the run.
      process.off("uncaughtException", onUncaught);
      begun();
    },
    () => {},
  );
  const final = await future.finished();
  if (future.id === undefined && final.type !== "COMPLETED") return problem(failureMessage(final.error));
  ended.resolve();
  await Promise.race([rest, later(restMillis)]);
  await maker.close();
  const isDone = final.type === "COMPLETED" || isSuspension(final.error);
  process.exit(isDone ? 0 : 1);
}

/** Another copy of the package may have made the error. */
function isSuspension(error: Error): boolean {
  return (error as Partial<Suspended>).code === "SUSPENDED";
}

/** The process goes on when the one that reads its output is gone. */
export function outliveReader(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function later(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis).unref());
}
