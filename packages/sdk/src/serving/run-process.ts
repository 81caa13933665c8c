import { systemClock } from "@ostinato/core";
import { readOutput } from "@ostinato/core/process-output";
import type { RunProcessEnd } from "@ostinato/core/run-process-end";
import { shownBefore } from "../logging/console-output.ts";
import { startJobProcess } from "./job-process.ts";
import type { GivenRun, RunJob } from "./run-job.ts";

/** The process of one run. */
export interface RunProcess {
  /** Has the process execute the run. Does nothing when the process has ended. */
  give(run: GivenRun): void;
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
  const write = (stream: NodeJS.WriteStream, line: string) => void stream.write(`${runName} | ${line}\n`);
  const clock = systemClock();
  const written = Promise.all([
    readOutput(child.stdout, { exited, clock, onLine: (line) => write(process.stdout, line) }),
    readOutput(child.stderr, {
      exited,
      clock,
      onLine(line) {
        if (lastLines.push(line) > maxKeptLines) lastLines.shift();
        write(process.stderr, line);
      },
    }),
  ]);
  const ended = exited.then(async ({ exitCode, signal, failure }) => {
    await written;
    return { exitCode, signal, problem: problem ?? failure, lastLines, sentSignal };
  });
  return {
    give(run) {
      if (child.connected) child.send(run, () => {});
    },
    ended,
    signal(signal) {
      sentSignal = signal;
      child.kill(signal);
    },
  };
}
