import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** What went wrong in one sentence, and what to do in the next. */
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

/** The sentence for a person. Errors of ours say what to do by themselves; those of the system are put into words. */
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

/** Words for the codes of the operating system, to stand after a path. */
export const systemReasons: Readonly<Record<string, string>> = {
  EACCES: "may not be written or read by this user",
  EPERM: "may not be changed by this user",
  EROFS: "is on a file system that can only be read",
  ENOSPC: "can't be written because the disk is full",
  EDQUOT: "can't be written because the disk quota is used up",
  ENOTDIR: "lies below something that is not a folder",
  EEXIST: "exists and is not a folder",
  EISDIR: "is a folder",
  ENOENT: "does not exist",
  ENAMETOOLONG: "has a name that is too long",
  ELOOP: "goes round in circles of symbolic links",
};

export function firstParagraph(message: string): string {
  return message.split(/\n\s*\n|\n\s+at /)[0]?.trim() ?? message;
}
