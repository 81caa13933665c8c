import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { RunProcessEnd } from "@ostinato/core/run-process-end";
import { shownBefore } from "../logging/console-output.ts";
import { startJobProcess } from "./job-process.ts";
import type { RunJob } from "./run-job.ts";

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
  let problem: string | undefined;
  let sentSignal: NodeJS.Signals | undefined;
  const lastLines: string[] = [];
  const { child, exited } = startJobProcess({
    job,
    program,
    env: {
      OSTINATO_HEARTBEAT_SECONDS: process.env.OSTINATO_HEARTBEAT_SECONDS ?? String(heartbeatSeconds),
      [shownBefore]: runName,
    },
    onMessage(message) {
      if (message.kind === "problem") problem = message.message;
    },
  });
  const prefixed = (line: string) => `${runName} | ${line}\n`;
  const written = Promise.all([
    eachLine(child.stdout, (line) => process.stdout.write(prefixed(line))),
    eachLine(child.stderr, (line) => {
      if (lastLines.push(line) > maxKeptLines) lastLines.shift();
      process.stderr.write(prefixed(line));
    }),
  ]);
  const ended = exited.then(async ({ exitCode, signal, failure }) => {
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

const shortMillis = 500;

function shortly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, shortMillis).unref());
}

async function eachLine(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (stream === null) return;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) onLine(line);
  } catch {
    // The pipe was closed because the process has ended.
  }
}
