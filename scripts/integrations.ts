import { globSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A kind of result store from an integration of this repository. */
export interface BroughtStore {
  readonly scheme: string;
  /** The package to import. */
  readonly name: string;
  /** The folder of the package, from the root. */
  readonly folder: string;
}

/** The result stores of all integrations, from their definitions. */
export async function broughtStores(): Promise<readonly BroughtStore[]> {
  const entries = globSync("integrations/*/src/index.ts").toSorted();
  const brought = entries.map(async (entry) => {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(entry)).href);
    const folder = dirname(dirname(entry));
    return Object.values(module)
      .filter(isIntegration)
      .flatMap(({ name, resultStores = {} }) => Object.keys(resultStores).map((scheme) => ({ scheme, name, folder })));
  });
  return (await Promise.all(brought)).flat();
}

/** The module in which the SDK finds the package for a result store that is not registered. */
export async function packagesOfResultStores(): Promise<string> {
  const lines = (await broughtStores()).map(
    ({ scheme, name }) => `  ${JSON.stringify(scheme)}: ${JSON.stringify(name)},`,
  );
  return [
    "// Made from integrations/*/src/index.ts by `npm run generate`.",
    "/** The packages of this repository that bring result stores, by scheme. */",
    "export const packageOfScheme: Readonly<Record<string, string>> = {",
    ...lines,
    "};",
    "",
  ].join("\n");
}

interface Described {
  readonly name: string;
  readonly resultStores?: Readonly<Record<string, unknown>>;
}

function isIntegration(value: unknown): value is Described {
  return typeof value === "object" && value !== null && typeof (value as Partial<Described>).name === "string";
}
