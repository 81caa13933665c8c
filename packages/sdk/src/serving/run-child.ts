import { UsageError } from "../errors.ts";
import { describeFile } from "./file-description.ts";
import { loadingMessage, uncaughtMessage } from "./flow-loading.ts";
import { executeRun, outliveReader, type RunToExecute } from "./run-execution.ts";
import type { FromProcess, GivenRun } from "./run-job.ts";
import { takeJob } from "./run-job.ts";

/** Does the job that this process was started for, and ends the process. What prevents it is told to the process that started this one. */
export async function executeJob(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const job = takeJob(environment);
  if (job === undefined) throw new Error("This program is started by a process that serves flows, for one run each.");
  outliveReader();
  try {
    checkWorkingDirectory();
    if (job.kind === "run") {
      await executeRun(job, givenRun(), { begun: () => {}, problem: giveUp });
    } else {
      process.on("uncaughtException", (error) => giveUp(uncaughtMessage(job.file, error)));
      tell({ kind: "description", ...(await describeFile(job.file)) }, 0);
    }
  } catch (error) {
    giveUp(loadingMessage(error));
  }
}

/** The run that the process which started this one has claimed. Where that one ends before, this one does too. */
function givenRun(): Promise<RunToExecute> {
  return new Promise((resolve) => {
    const end = () => process.exit(0);
    process.once("disconnect", end);
    process.once("message", (message) => {
      process.off("disconnect", end);
      const { flowRunId, token } = message as GivenRun;
      resolve({ flowRunId, claim: { token } });
    });
  });
}

function checkWorkingDirectory(): void {
  try {
    process.cwd();
  } catch {
    throw new UsageError(
      "The folder in which the serving process was started does not exist any more. Start it again in one that stays.",
    );
  }
}

function giveUp(message: string): void {
  process.stderr.write(`${message}\n`);
  tell({ kind: "problem", message }, 1);
}

/** Tells the process that started this one, and ends. */
function tell(message: FromProcess, exitCode: number): void {
  if (process.send === undefined || !process.connected) process.exit(exitCode);
  process.send(message, () => process.exit(exitCode));
}
