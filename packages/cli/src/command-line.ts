import { inspect } from "node:util";
import { CommanderError } from "commander";
import { applyProfile } from "./config/profile.ts";
import { CliError, codeOf, sentenceOf } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { endQuietlyWhenNobodyReads, note } from "./output/output.ts";
import { paint } from "./output/text.ts";
import { buildProgram } from "./program.ts";

export async function runCommandLine(argv: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads();
  // `config view` shows the origin of each value, so it needs the unchanged environment.
  const program = buildProgram({ beforeAction: (path) => path[0] !== "config" && applyProfile() });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): ExitCode {
  // Commander has already printed the message; a request for help is not an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  note(`${paint("red", "Error", process.stderr)}: ${sentenceOf(error)}`);
  if (process.env.OSTINATO_DEBUG) note(inspect(error));
  if (error instanceof CliError) return error.exitCode;
  return ["PARAMETER_ERROR", "USAGE_ERROR"].includes(codeOf(error) ?? "") ? exitCodes.usage : exitCodes.failed;
}
