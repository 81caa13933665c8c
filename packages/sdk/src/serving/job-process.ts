import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromProcess, Job } from "./run-job.ts";
import { jobVariable } from "./run-job.ts";

export interface JobProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
}

export interface Exit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the process could not start. */
  readonly failure: string | undefined;
}

export interface JobProcessOptions {
  readonly job: Job;
  /** The program that does the job. */
  readonly program: URL;
  readonly env?: NodeJS.ProcessEnv;
  readonly onMessage: (message: FromProcess) => void;
}

/** Starts a process for a job. Never throws: a process that cannot start has exited. */
export function startJobProcess({ job, program, env = {}, onMessage }: JobProcessOptions): JobProcess {
  const child = spawn(process.execPath, [...inheritedArguments(process.execArgv), fileURLToPath(program)], {
    env: { ...process.env, ...env, [jobVariable]: JSON.stringify(job) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // In a group of its own, so that Ctrl-C in a terminal reaches only this process, which decides what becomes of the run.
    detached: true,
    windowsHide: true,
  });
  child.on("message", (message) => onMessage(message as FromProcess));
  return { child, exited: exitOf(child) };
}

/** The arguments of Node itself, such as `--import ./setup.ts`, without those for one process only. */
function inheritedArguments(execArgv: readonly string[]): readonly string[] {
  return execArgv.filter((argument) => !/^--(inspect|watch|test|debug)/.test(argument));
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal, failure: undefined }));
    child.once("error", (error) => {
      if (child.pid === undefined)
        resolve({ exitCode: null, signal: null, failure: `The run's process could not start: ${error.message}` });
    });
  });
}
