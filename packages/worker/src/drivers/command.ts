import { split } from "shlex";
import { DriverError } from "./driver-error.ts";
import type { Job } from "./job.ts";

/** What an entrypoint is written in. */
export type Language = "typescript" | "python";

/**
 * The command of the configuration, split into words as a shell does, but without a shell: nothing is expanded. Undefined where the
 * configuration has none.
 */
export function configuredCommand({ configuration }: Job): readonly string[] | undefined {
  const { command } = configuration;
  if (command === undefined || command === null || command === "") return undefined;
  if (typeof command !== "string") {
    throw new DriverError(`command is ${JSON.stringify(command)}; give a string, such as "python -m prefect.engine".`);
  }
  const words = splitWords(command);
  if (words.length === 0 || words[0] === "")
    throw new DriverError(`command is ${JSON.stringify(command)}, which names no program.`);
  return words;
}

/** The language of the job's entrypoint, which decides on the command where the configuration has none. */
export function languageOf({ entrypoint }: Job): Language {
  if (entrypoint === undefined || entrypoint === "") {
    throw new DriverError(
      "The deployment has neither an entrypoint nor a command. Deploy it with one of them: the entrypoint is file.ts:export or file.py:function, the command is a job variable.",
    );
  }
  const file = entrypoint.slice(0, entrypoint.lastIndexOf(":") === -1 ? undefined : entrypoint.lastIndexOf(":"));
  return /\.[cm]?[jt]sx?$/i.test(file) ? "typescript" : "python";
}

function splitWords(command: string): readonly string[] {
  try {
    return split(command);
  } catch {
    throw new DriverError(`command is ${JSON.stringify(command)}, which has a quote or a backslash without its end.`);
  }
}
