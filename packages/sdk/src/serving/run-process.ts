import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { FromRunProcess, RunJob } from "./run-job.ts";
import { jobVariable } from "./run-job.ts";
import type { RunProcessEnd } from "./run-process-end.ts";

/** The process of one run. */
export interface RunProcess {
  readonly ended: Promise<RunProcessEnd>;
  /** Does nothing when the process has ended. */
  signal(signal: NodeJS.Signals): void;
}

export interface RunProcessOptions {
  readonly job: RunJob;
  /** The program that executes the job. */
  readonly program: URL;
  /** Stands before each line that the process writes. */
  readonly runName: string;
}

const maxKeptLines = 20;

/** Seconds between two signs of life of a served run, unless `OSTINATO_HEARTBEAT_SECONDS` says otherwise: after three the run has crashed. */
const heartbeatSeconds = 8;

/** Starts a process for a run. Never throws: a process that cannot start has ended. */
export function startRunProcess({ job, program, runName }: RunProcessOptions): RunProcess {
  const child = spawn(process.execPath, [...inheritedArguments(process.execArgv), fileURLToPath(program)], {
    env: { OSTINATO_HEARTBEAT_SECONDS: String(heartbeatSeconds), ...process.env, [jobVariable]: JSON.stringify(job) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // In a group of its own, so that Ctrl-C in a terminal reaches only the serving process, which decides what becomes of the run.
    detached: true,
    windowsHide: true,
  });
  let problem: string | undefined;
  let sentSignal: NodeJS.Signals | undefined;
  const lastLines: string[] = [];
  const keep = (line: string) => {
    if (lastLines.push(line) > maxKeptLines) lastLines.shift();
  };
  child.on("message", (message) => {
    problem = (message as FromRunProcess).message;
  });
  const prefixed = (line: string) => `${runName} | ${line}\n`;
  const written = Promise.all([
    lines(child.stdout, (line) => process.stdout.write(prefixed(line))),
    lines(child.stderr, (line) => {
      keep(line);
      process.stderr.write(prefixed(line));
    }),
  ]);
  const ended = exitOf(child).then(async ({ exitCode, signal, failure }) => {
    // A process that the run has started may hold the pipes open.
    await Promise.race([written, shortly()]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    return { exitCode, signal, problem: problem ?? failure, lastLines, sentSignal };
  });
  return {
    ended,
    signal(signal) {
      sentSignal = signal;
      child.kill(signal);
    },
  };
}

/** The arguments of Node itself, such as `--import ./setup.ts`, without those for one process only. */
function inheritedArguments(execArgv: readonly string[]): readonly string[] {
  return execArgv.filter((argument) => !/^--(inspect|watch|test|debug)/.test(argument));
}

interface Exit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly failure: string | undefined;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal, failure: undefined }));
    child.once("error", (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, failure: whyNotStarted(error) });
    });
  });
}

/** The error names Node's program even where the working directory is missing. */
function whyNotStarted(error: Error): string {
  const folder = workingDirectory();
  if (folder === undefined)
    return "The run's process could not start: the folder in which the serving process was started does not exist any more.";
  return `The run's process could not start: ${error.message}`;
}

function workingDirectory(): string | undefined {
  try {
    const folder = process.cwd();
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

const shortMillis = 500;

function shortly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, shortMillis).unref());
}

async function lines(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (stream === null) return;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) onLine(line);
  } catch {
    // The pipe was closed because the process has ended.
  }
}
