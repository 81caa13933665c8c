import { sayVersion } from "./version.ts";

/** Runs the command line. Sets the exit code of the process and leaves it to end by itself. */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  const [, , command, ...rest] = argv;
  // Asked for by scripts and by people in a hurry; reading the command line takes as long as the start of Node.
  if (rest.length === 0 && (command === "version" || command === "--version" || command === "-V"))
    return sayVersion({});
  const { runCommandLine } = await import("./command-line.ts");
  return runCommandLine(argv);
}
