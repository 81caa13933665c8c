import { lendPackage, type PackageInUse } from "@ostinato/sdk/lent-package";
import { type Exports, importProgram, LoadError } from "@ostinato/sdk/program-file";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { note } from "../output/output.ts";
import type { Target } from "./target.ts";

export type { Exports, PackageInUse };

/** Imports the file with Node's type stripping. Errors become sentences that name the place. Node loads a file once for each version. */
export async function loadModule(target: Target, version = 0): Promise<Exports> {
  const unsettled = () => {
    note(`Error: ${target.shown} waits at its top level for a promise that never settles.`);
    process.exitCode = exitCodes.failed;
  };
  process.once("beforeExit", unsettled);
  try {
    return await importProgram(target.file, target.shown, version);
  } catch (error) {
    throw error instanceof LoadError ? new CliError(error.message, { cause: error.cause }) : error;
  } finally {
    process.off("beforeExit", unsettled);
  }
}

/** A file outside of any project, run by `npx --no ostinato run`, gets the package of this command. */
export function lendOwnPackage(): PackageInUse {
  return lendPackage((specifier) => import.meta.resolve(specifier));
}

export type Sdk = typeof import("@ostinato/sdk");

/** The SDK of the package that the loaded file imports. */
export async function sdkOf({ url }: PackageInUse): Promise<Sdk> {
  return url === undefined ? await import("@ostinato/sdk") : ((await import(url)) as Sdk);
}
