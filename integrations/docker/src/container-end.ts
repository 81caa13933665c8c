import { constants } from "node:os";
import type { JobEnd, LastLines } from "ostinato/driver";
import { shownMemory } from "./memory-size.ts";

/** What the engine says of a container that has ended. */
export interface EndedContainer {
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** What the engine could not do. */
  readonly error: string;
  /** 0 without a limit. */
  readonly memoryLimitBytes: number;
  /** What it was to run, without arguments. */
  readonly program: string;
  /** The last lines that it wrote to stderr. */
  readonly lastLines: LastLines;
}

export interface ContainerVerdict {
  readonly end: JobEnd;
  /** Something to tell that did not decide the end. */
  readonly warning: string | undefined;
}

const killed = 128 + constants.signals.SIGKILL;

/** Says how a container ended, which `wasStopped` by the driver or not. */
export function verdictOf(container: EndedContainer, wasStopped: boolean): ContainerVerdict {
  const { exitCode, isOutOfMemory } = container;
  const isMainProcess = isOutOfMemory && exitCode === killed;
  const end = { exitCode, signal: signalOf(exitCode), ...reasonOf(container, wasStopped) };
  return { end, warning: isOutOfMemory && !isMainProcess ? childKilled(container) : undefined };
}

function reasonOf(container: EndedContainer, wasStopped: boolean): Pick<JobEnd, "reason" | "message"> {
  const { exitCode, isOutOfMemory, error, program, lastLines } = container;
  if (wasStopped) {
    return {
      reason: "stopped",
      message: `The run's container ended with exit code ${exitCode} when its worker stopped it.`,
    };
  }
  if (isOutOfMemory && exitCode === killed) {
    return {
      reason: "out-of-memory",
      message: `The run's container ran out of memory${limitText(container)}. Raise mem_limit, or let the run hold less at once.`,
    };
  }
  if (error !== "" && exitCode >= 125 && exitCode <= 127)
    return { reason: "not-started", message: startFailure(error) };
  const initFailure = lastLines.list().find((line) => initFailed.test(line));
  if (initFailure !== undefined && (exitCode === 126 || exitCode === 127)) {
    const why = exitCode === 127 ? "was not found in the image" : "can't be executed in the image";
    return {
      reason: "not-started",
      message: `The command "${program}" ${why}. Install it there, or set command: ${initFailure}`,
    };
  }
  const signal = signalOf(exitCode);
  if (signal === "SIGKILL" || signal === "SIGTERM") {
    return {
      reason: "killed",
      message: `The run's container was ended by ${signal} (exit code ${exitCode}): somebody stopped it or its engine, or ${outOfMemory(container, signal)}.${lastLines.quoted()}`,
    };
  }
  const hint = exitCode === 127 ? ", by which shells say that a command was not found," : "";
  return {
    reason: "exited",
    message: `The run's container ended with exit code ${exitCode}${hint} before the run did.${lastLines.quoted()}`,
  };
}

/** The engine does not always hear that a process lacked memory, above all where the container ends at once. */
function outOfMemory(container: EndedContainer, signal: "SIGKILL" | "SIGTERM"): string {
  if (signal === "SIGTERM" || container.memoryLimitBytes === 0) return "the machine ran out of memory";
  return `the machine or the container ran out of memory${limitText(container)}`;
}

/**
 * The words of tini and of catatonit, which are the first process in Docker's and in Podman's containers: the engine has started them well
 * when they can't start the command.
 */
const initFailed = /^\[FATAL tini \(\d+\)\] exec |^(?:ERROR \(catatonit:\d+\)|catatonit): failed to exec/;

/** Says why a container could not start. */
export function startFailure(error: string): string {
  const program = /exec: "?([^":]+)"?: (?:executable file not found|stat .*no such file)/.exec(error)?.[1];
  if (program !== undefined) {
    return `The command "${program}" was not found in the image. Install it there, or set command: ${error}`;
  }
  return `The run's container could not start: ${error}`;
}

function childKilled(container: EndedContainer): string {
  return `A process in the container was killed for lack of memory${limitText(container)}, but not its main process. Raise mem_limit, or let the run hold less at once.`;
}

function limitText({ memoryLimitBytes }: EndedContainer): string {
  return memoryLimitBytes > 0 ? ` (limit ${shownMemory(memoryLimitBytes)})` : "";
}

/** Shells, and the engine, add the number of the signal to 128. */
function signalOf(exitCode: number): string | undefined {
  return signalNames.get(exitCode - 128);
}

const signalNames = new Map(
  (["SIGKILL", "SIGTERM", "SIGSEGV", "SIGABRT", "SIGBUS"] as const).map((name) => [constants.signals[name], name]),
);
