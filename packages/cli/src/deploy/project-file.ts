import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { type Project, readProject } from "@ostinato/sdk/deploy-project";
import { usageError } from "../errors.ts";
import { lendOwnPackage, loadModule } from "../run/load-module.ts";

export interface ProjectFile extends Project {
  readonly name: string;
  readonly file: string;
  /** The config as the user knows it. */
  readonly shown: string;
  readonly folder: string;
  /** What the config says that is not done. */
  readonly remarks: readonly string[];
}

/** In the order in which they are searched. */
const configNames = [
  "ostinato.config.ts",
  "ostinato.config.mts",
  "ostinato.config.js",
  "ostinato.config.mjs",
  "prefect.yaml",
] as const;

/** Finds the config, and reads it. Throws a `CliError` where there is none, or where it is wrong. A file that was saved anew is read anew by another version. */
export async function readProjectFile(given: string | undefined, version = 0): Promise<ProjectFile> {
  const { file, shown } = findProjectFile(given);
  const folder = dirname(file);
  const { remarks, ...project } = await read(file, { shown, version });
  return { ...project, name: project.name ?? nameOf(folder), file, shown, folder, remarks };
}

/** The config that is given, or that of this folder. Throws a `CliError` where there is none. */
export function findProjectFile(given: string | undefined): { readonly file: string; readonly shown: string } {
  const shown = given ?? configNames.find((name) => existsSync(name));
  if (shown === undefined) {
    throw usageError(
      `There is no ${configNames[0]} in ${process.cwd()}, and no prefect.yaml. Make one: export default defineConfig({ deployments: [{ name: "nightly", entrypoint: "train.ts:train", workPool: "machines" }] });`,
    );
  }
  const file = resolve(shown);
  if (!existsSync(file)) throw usageError(`There is no file ${shown}.`);
  return { file, shown };
}

interface Reading {
  readonly shown: string;
  readonly version: number;
}

async function read(
  file: string,
  { shown, version }: Reading,
): Promise<Project & { readonly remarks: readonly string[] }> {
  if ([".yaml", ".yml"].includes(extname(file))) {
    const { readPrefectYaml } = await import("./prefect-yaml.ts");
    return readPrefectYaml(readFileSync(file, "utf8"), { shown, environment: process.env });
  }
  lendOwnPackage();
  const exports = await loadModule({ file, exportName: undefined, shown }, version);
  const config = exports.default ?? exports.config;
  if (config === undefined) {
    throw usageError(`${shown} has no default export. Write: export default defineConfig({ deployments: […] });`);
  }
  return { ...readProject(shown, config), remarks: [] };
}

function nameOf(folder: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly name?: unknown };
    if (typeof name === "string" && name !== "") return name;
  } catch {
    // Without a readable package.json the folder has to do.
  }
  return basename(folder);
}
