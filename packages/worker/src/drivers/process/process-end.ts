import { whyRunCrashed } from "@ostinato/core/run-process-end";
import type { JobEnd } from "../job-end.ts";

export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isStopping: boolean;
  /** How many processes the system has killed for lack of memory while this one ran. */
  readonly memoryKills: number;
  /** The last lines that it wrote to stderr. */
  readonly lastLines: readonly string[];
}

/** Says how a process ended. */
export function endOfProcess(exit: ProcessExit): JobEnd {
  const exitCode = exit.exitCode ?? undefined;
  const signal = exit.signal ?? undefined;
  return { ...verdictOf(exit), exitCode, signal };
}

function verdictOf({
  exitCode,
  signal,
  isStopping,
  memoryKills,
  lastLines,
}: ProcessExit): Pick<JobEnd, "reason" | "message"> {
  const crash = whyRunCrashed({ exitCode, signal, problem: undefined, lastLines, sentSignal: undefined });
  if (isStopping) {
    const how = signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
    return { reason: "stopped", message: `The run's process ${how} when its worker stopped it.` };
  }
  if (signal === "SIGKILL" && memoryKills > 0) {
    return {
      reason: "out-of-memory",
      message: `The run's process was killed by SIGKILL, and the system killed ${memoryKills === 1 ? "a process" : `${memoryKills} processes`} for lack of memory meanwhile: very likely memory ran out. Let the run hold less at once, let fewer runs run at once on this machine (--limit), or give it more memory.`,
    };
  }
  if (signal !== null) return { reason: "killed", message: crash };
  if (exitCode === 0)
    return { reason: "exited", message: "The run's process ended with exit code 0 before the run did." };
  return { reason: "exited", message: crash };
}

/** Says why a process could not start. The exit codes are those of a shell. */
export function notStarted(failure: unknown, command: readonly string[] | undefined): JobEnd {
  const { code, message } = Object(failure) as NodeJS.ErrnoException;
  const program = JSON.stringify(command?.[0] ?? "");
  const base = { reason: "not-started", signal: undefined } as const;
  if (command !== undefined && code === "ENOENT") {
    return {
      ...base,
      exitCode: 127,
      message: `The command ${program} was not found. Install it on the worker's machine, give its full path, or put its folder into PATH.`,
    };
  }
  if (command !== undefined && code === "EACCES") {
    return {
      ...base,
      exitCode: 126,
      message: `The command ${program} can't be executed by the worker's user (EACCES).`,
    };
  }
  return { ...base, exitCode: undefined, message: `The run's process could not start: ${message}` };
}
