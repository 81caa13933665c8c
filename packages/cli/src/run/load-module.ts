import { spawnSync } from "node:child_process";
import { registerHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CliError, codeOf, sentenceOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { note } from "../output/output.ts";
import type { Target } from "./target.ts";

export type Exports = Readonly<Record<string, unknown>>;

/** Imports the file with Node's type stripping. Errors become sentences that name the place. */
export async function loadModule(target: Target): Promise<Exports> {
  const unsettled = () => {
    note(`Error: ${target.shown} waits at its top level for a promise that never settles.`);
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

/** Node warns when it must read a file to see that it is a module. That costs milliseconds, and the file is right. */
function muteTypelessWarning(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => {
    if (codeOf(warning) === "MODULE_TYPELESS_PACKAGE_JSON") return;
    for (const listener of listeners) listener(warning);
  });
}

/** The `ostinato` package that a program imports. */
export interface PackageInUse {
  /** Undefined until a file has imported it. */
  readonly url: string | undefined;
}

/**
 * A file outside of any project, run by `npx --no ostinato run`, has no `ostinato` to import: it gets this one. A project's own copy takes
 * precedence.
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

/** The codes of `import` and of `require`. */
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
        `${at}: ${sentenceOf(error)}. Node strips types and compiles nothing: enums, namespaces, parameter properties and "import =" can't be used.`,
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

function shorten(path: string): string {
  const absolute = path.startsWith("file:") ? fileURLToPath(path) : path;
  const below = relative(process.cwd(), absolute);
  return below.startsWith("..") || below === "" ? absolute : below;
}
