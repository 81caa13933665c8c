import { spawnSync } from "node:child_process";
import { registerHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CliError, codeOf, sentenceOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { note } from "../output/output.ts";
import type { Target } from "./target.ts";

export type Exports = Readonly<Record<string, unknown>>;

/** Imports the file under Node's type stripping. What is wrong with it is said in a sentence that names the place. */
export async function loadModule(target: Target): Promise<Exports> {
  const unsettled = () => {
    note(`Error: ${target.shown} waits at its top level for something that never comes.`);
    process.exitCode = exitCodes.failed;
  };
  process.once("beforeExit", unsettled);
  muteTypelessWarning();
  try {
    return (await import(pathToFileURL(target.file).href)) as Exports;
  } catch (error) {
    throw loadError(error, target);
  } finally {
    process.off("beforeExit", unsettled);
  }
}

/** Node warns where it had to look into a file to see that it is a module. That costs milliseconds, and the file is right. */
function muteTypelessWarning(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => {
    if (codeOf(warning) === "MODULE_TYPELESS_PACKAGE_JSON") return;
    for (const listener of listeners) listener(warning);
  });
}

/** Where a program finds the package `ostinato`. */
export interface PackageInUse {
  /** Undefined until a file has imported it. */
  readonly url: string | undefined;
}

/**
 * A file outside of any project, run by `npx --no ostinato run`, has no `ostinato` of its own to import: it gets this one. A project's
 * own goes first.
 */
export function lendOwnPackage(): PackageInUse {
  const inUse: { url: string | undefined } = { url: undefined };
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== "ostinato" && !specifier.startsWith("ostinato/")) return nextResolve(specifier, context);
      const resolution = resolveOr(
        () => nextResolve(specifier, context),
        () => ({ url: import.meta.resolve(specifier), format: "module", shortCircuit: true }),
      );
      if (specifier === "ostinato") inUse.url ??= resolution.url;
      return resolution;
    },
  });
  return inUse;
}

/** Of `import` and of `require`. */
const notFoundCodes: readonly string[] = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"];

function resolveOr<T>(first: () => T, second: () => T): T {
  try {
    return first();
  } catch (error) {
    if (!notFoundCodes.includes(codeOf(error) ?? "")) throw error;
    return second();
  }
}

function loadError(error: unknown, { shown, file }: Target): unknown {
  if (error instanceof CliError || !(error instanceof Error)) return error;
  const place = placeOf(error.stack ?? "") ?? (error instanceof SyntaxError ? askNode(file) : undefined);
  const at = place === undefined ? shown : place;
  switch (codeOf(error)) {
    case "ERR_MODULE_NOT_FOUND":
    case "MODULE_NOT_FOUND":
      return new CliError(notFoundSentence(error, shown), { cause: error });
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return new CliError(
        `${at}: ${sentenceOf(error)}. Node takes types out and compiles nothing: enums, namespaces, parameter properties and "import =" can't be used.`,
        { cause: error },
      );
  }
  if (error instanceof SyntaxError) return new CliError(`${at}: syntax error: ${sentenceOf(error)}`, { cause: error });
  return new CliError(
    `${shown} could not be loaded: ${sentenceOf(error)}${place === undefined || place === file ? "" : ` (${place})`}`,
    {
      cause: error,
    },
  );
}

function notFoundSentence(error: Error, shown: string): string {
  const [, what = ""] = /Cannot find (?:package|module) '([^']+)'/.exec(error.message) ?? [];
  const [, from] = / imported from (.+)$/m.exec(error.message) ?? [];
  const importer = from === undefined ? shown : shorten(from);
  if (!/^(\.|\/|file:|[A-Za-z]:)/.test(what)) {
    // Of a name that was mistyped, or stands for a folder in tsconfig.json, a stranger may have made a package.
    return `${importer} imports "${what}", which is not installed. If that is the package that is meant, add it to the project. Names of "paths" in tsconfig.json mean nothing to Node: import the file.`;
  }
  return `${importer} imports ${shorten(what)}, which is not there. Imports of files need their ending: "./steps.ts".`;
}

/** `file:line` of the first place that the stack names outside of Node and of packages. */
function placeOf(stack: string): string | undefined {
  for (const line of stack.split("\n")) {
    const match = /(?:^|[\s(])((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+)(?::\d+)?\)?$/.exec(line);
    if (match?.[1] !== undefined && !match[1].includes("node_modules")) return `${shorten(match[1])}:${match[2]}`;
  }
  return undefined;
}

/** The engine tells where a syntax error is only to who runs the file as a program. */
function askNode(file: string): string | undefined {
  return placeOf(spawnSync(process.execPath, ["--check", file], { encoding: "utf8" }).stderr.split("\n")[0] ?? "");
}

function shorten(path: string): string {
  const absolute = path.startsWith("file:") ? fileURLToPath(path) : path;
  const below = relative(process.cwd(), absolute);
  return below.startsWith("..") || below === "" ? absolute : below;
}
