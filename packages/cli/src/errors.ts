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
  const { code, path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : systemReasons[code];
  if (reason !== undefined && path !== undefined) return `${path} ${reason}.`;
  if (error instanceof AggregateError && error.errors.length > 0) return sentenceOf(error.errors[0]);
  return firstParagraph(error.message === "" ? error.name : error.message);
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Phrases for the codes of the operating system, to follow a path. */
export const systemReasons: Readonly<Record<string, string>> = {
  EACCES: "can't be read or written by this user",
  EPERM: "can't be changed by this user",
  EROFS: "is on a read-only file system",
  ENOSPC: "can't be written because the disk is full",
  EDQUOT: "can't be written because the disk quota is exhausted",
  ENOTDIR: "is below something that is not a folder",
  EEXIST: "exists and is not a folder",
  EISDIR: "is a folder",
  ENOENT: "does not exist",
  ENAMETOOLONG: "has a name that is too long",
  ELOOP: "contains a loop of symbolic links",
};

export function firstParagraph(message: string): string {
  return message.split(/\n\s*\n|\n\s+at /)[0]?.trim() ?? message;
}
