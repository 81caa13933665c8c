import { whyRunCrashed } from "@ostinato/core/run-process-end";
import { UsageError } from "../errors.ts";
import { startJobProcess } from "./job-process.ts";
import type { FileDescription } from "./run-job.ts";

/** Loads the file in a process of its own, which tells what it exports. */
export async function describe(file: string, program: URL): Promise<FileDescription> {
  let description: FileDescription | undefined;
  let problem: string | undefined;
  const lastLines: string[] = [];
  const { child, exited } = startJobProcess({
    job: { kind: "describe", file },
    program,
    onMessage(message) {
      if (message.kind === "description") description = message;
      else problem = message.message;
    },
  });
  child.stdout?.resume();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => lastLines.push(...text.split("\n")));
  const { exitCode, signal, failure } = await exited;
  if (description !== undefined) return description;
  throw new UsageError(
    problem ?? failure ?? whyRunCrashed({ exitCode, signal, problem: undefined, lastLines, sentSignal: undefined }),
  );
}
