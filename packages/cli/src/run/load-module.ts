import { registerHooks } from "node:module";
import { type Exports, importProgram, LoadError } from "@ostinato/sdk/program-file";
import { CliError, codeOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { note } from "../output/output.ts";
import type { Target } from "./target.ts";

export type { Exports };

/** Imports the file with Node's type stripping. Errors become sentences that name the place. */
export async function loadModule(target: Target): Promise<Exports> {
  const unsettled = () => {
    note(`Error: ${target.shown} waits at its top level for a promise that never settles.`);
    process.exitCode = exitCodes.failed;
  };
  process.once("beforeExit", unsettled);
  try {
    return await importProgram(target.file, target.shown);
  } catch (error) {
    throw error instanceof LoadError ? new CliError(error.message, { cause: error.cause }) : error;
  } finally {
    process.off("beforeExit", unsettled);
  }
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
