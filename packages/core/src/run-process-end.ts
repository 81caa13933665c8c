/** How the process of a run ended. */
export interface RunProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the process said itself about why the run could not go on. */
  readonly problem: string | undefined;
  /** The last lines that it wrote to stderr. */
  readonly lastLines: readonly string[];
  /** The signal that this side sent, if any. */
  readonly sentSignal: NodeJS.Signals | undefined;
}

const maxShownLines = 5;

/** Says in a sentence why a process ended before its run did. */
export function whyRunCrashed({ exitCode, signal, problem, lastLines, sentSignal }: RunProcessEnd): string {
  if (problem !== undefined) return problem;
  const last = lastWords(lastLines);
  if (isOutOfMemory(lastLines)) {
    return `The run's process ran out of memory: it reached the limit of Node's heap. Raise it with NODE_OPTIONS=--max-old-space-size=<megabytes>, or let the run hold less at once.`;
  }
  if (signal !== null && signal === sentSignal)
    return `The run's process was ended by ${signal}, because the process that serves it was told to stop.`;
  if (signal === "SIGKILL") {
    return `The run's process was killed by SIGKILL: somebody killed it, or the system did because memory ran out.${last}`;
  }
  if (signal !== null) return `The run's process was ended by ${signal}.${last}`;
  return `The run's process ended with exit code ${exitCode} before the run did.${last}`;
}

/** The words by which V8 says so before it aborts. */
function isOutOfMemory(lines: readonly string[]): boolean {
  return lines.some((line) => /JavaScript heap out of memory|ERR_WORKER_OUT_OF_MEMORY/.test(line));
}

/** The last lines as the end of a message; empty where there are none. */
export function lastWords(lines: readonly string[]): string {
  const shown = lines.filter((line) => line.trim() !== "").slice(-maxShownLines);
  return shown.length === 0 ? "" : ` It last wrote:\n${shown.join("\n")}`;
}
