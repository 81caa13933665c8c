import { systemFailure } from "@ostinato/core";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** An error whose message says what went wrong in one sentence, and what to do in the next. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;

  constructor(message: string, options: { readonly exitCode?: ExitCode; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

export function usageError(message: string): CliError {
  return new CliError(message, { exitCode: exitCodes.usage });
}

/** The message for a person. Ostinato's own errors say what to do; system errors are put into words. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const failure = systemFailure(error);
  if (failure !== undefined) return `${failure}.`;
  if (error instanceof AggregateError && error.errors.length > 0) return sentenceOf(error.errors[0]);
  return firstParagraph(error.message === "" ? error.name : error.message);
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

export function firstParagraph(message: string): string {
  return message.split(/\n\s*\n|\n\s+at /)[0]?.trim() ?? message;
}
