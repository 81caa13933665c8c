import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { systemFailure } from "@ostinato/core";
import { UsageError } from "../errors.ts";

export type Exports = Readonly<Record<string, unknown>>;

/** A file of a program that could not be imported; the message says where and why. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

/** Imports a file with Node's type stripping. Rejects with a `LoadError` that names the place, or with a `UsageError` of the file's own. Node loads a file once for each `version`. */
export async function importProgram(file: string, shown = shorten(file), version = 0): Promise<Exports> {
  muteTypelessWarning();
  try {
    return (await import(pathToFileURL(file).href + (version === 0 ? "" : `?version=${version}`))) as Exports;
  } catch (error) {
    throw loadError(error, { file, shown });
  }
}

interface ProgramFile {
  readonly file: string;
  /** The file as the user knows it, for messages. */
  readonly shown: string;
}

/** Node warns when it must read a file to see that it is a module. That costs milliseconds, and the file is right. */
function muteTypelessWarning(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => {
    if ((warning as NodeJS.ErrnoException).code === "MODULE_TYPELESS_PACKAGE_JSON") return;
    for (const listener of listeners) listener(warning);
  });
}

function loadError(error: unknown, { shown, file }: ProgramFile): unknown {
  if (!(error instanceof Error) || isForUser(error)) return error;
  const place = placeOf(error.stack ?? "") ?? (error instanceof SyntaxError ? askNode(file) : undefined);
  const at = place ?? shown;
  const message = messageOf(error);
  switch ((error as NodeJS.ErrnoException).code) {
    case "ERR_MODULE_NOT_FOUND":
    case "MODULE_NOT_FOUND":
      return new LoadError(notFoundSentence(error, { file, shown }), { cause: error });
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return new LoadError(
        `${at}: ${message}. Node strips types and compiles nothing: enums, namespaces, parameter properties and "import =" can't be used.`,
        { cause: error },
      );
  }
  if (error instanceof SyntaxError) {
    return new LoadError(`${at}: syntax error: ${message}${commonJsHint(message)}`, { cause: error });
  }
  const where = place === undefined || place === file ? "" : ` (${place})`;
  return new LoadError(`${shown} could not be loaded: ${message}${where}`, { cause: error });
}

/** `npm init -y` declares a project as CommonJS, in which Node refuses `import`. */
function commonJsHint(message: string): string {
  if (!message.startsWith("Cannot use import statement outside a module")) return "";
  return '. The package.json of its project says "type": "commonjs". Change that: npm pkg set type=module';
}

/** Errors whose message says by itself what to do. */
function isForUser(error: Error): boolean {
  return error instanceof UsageError || error.name === "CliError";
}

function messageOf(error: Error): string {
  return systemFailure(error) ?? firstParagraph(error.message === "" ? error.name : error.message);
}

function firstParagraph(message: string): string {
  return message.split(/\n\s*\n|\n\s+at /)[0]?.trim() ?? message;
}

function notFoundSentence(error: Error, { file, shown }: ProgramFile): string {
  const [, what = ""] = /Cannot find (?:package|module) '([^']+)'/.exec(error.message) ?? [];
  const [, from] = / imported from (.+)$/m.exec(error.message) ?? [];
  if (what === file && !existsSync(file)) return `The file ${shown} does not exist.`;
  const importer = from === undefined ? shown : shorten(from);
  if (!/^(\.|\/|file:|[A-Za-z]:)/.test(what)) {
    // Does not suggest installing it: a mistyped name, or a path alias of tsconfig.json, may be a stranger's package.
    return `${importer} imports "${what}", which is not installed. If you mean that package, add it to the project. Node ignores "paths" of tsconfig.json: import the file instead.`;
  }
  return `${importer} imports ${shorten(what)}, which does not exist. Imports of files need their extension: "./steps.ts".`;
}

/** The first `file:line` of the stack outside of Node and of packages. */
function placeOf(stack: string): string | undefined {
  for (const line of stack.split("\n")) {
    const match = /(?:^|[\s(])((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+)(?::\d+)?\)?$/.exec(line);
    if (match?.[1] !== undefined && !match[1].includes("node_modules")) return `${shorten(match[1])}:${match[2]}`;
  }
  return undefined;
}

/** V8 reports the place of a syntax error only when the file runs as a program. */
function askNode(file: string): string | undefined {
  return placeOf(spawnSync(process.execPath, ["--check", file], { encoding: "utf8" }).stderr.split("\n")[0] ?? "");
}

/** The path from the working directory where it is below it. */
export function shorten(path: string): string {
  const absolute = path.startsWith("file:") ? fileURLToPath(path) : path;
  const below = relative(process.cwd(), absolute);
  return below.startsWith("..") || below === "" ? absolute : below;
}
