import { configuredCommand, languageOf } from "../command.ts";
import type { DriverOptions } from "../driver.ts";
import { environmentOf, type Job } from "../job.ts";
import { findPython } from "./python.ts";
import { workingFolder } from "./working-folder.ts";

/** All that a process is started with. */
export interface PreparedProcess {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** The folder where it is to be removed with the process. */
  readonly temporaryFolder: string | undefined;
}

/** Throws a `DriverError` that names the field of the configuration which is wrong. */
export function prepareProcess(job: Job, options: Pick<DriverOptions, "environment" | "ostinato">): PreparedProcess {
  const environment = environmentOf(job, inheritable(options.environment));
  const command = configuredCommand(job) ?? ownCommand(job, environment, options.ostinato);
  const { path, isTemporary } = workingFolder(job.configuration.working_dir);
  return { command, environment, folder: path, temporaryFolder: isTemporary ? path : undefined };
}

/** The variables of the worker that its runs may see: those about a run, or about the worker's own process, are not. */
function inheritable(environment: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ofOneProcess.test(name)));
}

/** What another run's process was told, and how Node talks to a process that it started. */
const ofOneProcess = /^(PREFECT__|OSTINATO__|OSTINATO_JOB$|NODE_CHANNEL_|NODE_UNIQUE_ID$)/;

function ownCommand(job: Job, environment: Readonly<Record<string, string>>, ostinato: readonly string[]) {
  switch (languageOf(job)) {
    case "typescript":
      return [...ostinato, "flow-run", "execute"];
    case "python":
      // What Prefect's own process worker runs: it finds the run in the environment, and does the pull steps of its deployment.
      return [findPython(job.configuration.python, environment), "-m", "prefect.engine"];
  }
}
