import { sayVersion } from "./version.ts";

/** Runs the command line. Sets the exit code of the process, which then ends by itself. */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  const [, , command, ...rest] = argv;
  // A fast path for scripts: loading the command line takes as long as the start of Node.
  if (rest.length === 0 && (command === "version" || command === "--version" || command === "-V"))
    return sayVersion({});
  const { runCommandLine } = await import("./command-line.ts");
  return runCommandLine(argv);
}
