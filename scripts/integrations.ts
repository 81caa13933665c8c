import { globSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** What an integration says of itself, as far as the SDK must know it without loading the integration. */
interface Described {
  readonly name: string;
  readonly resultStores: Readonly<Record<string, unknown>>;
}

/** The module in which the SDK finds the package to import for a result store that nobody has registered. */
export async function packagesOfResultStores(): Promise<string> {
  const modules = globSync("integrations/*/src/index.ts").toSorted().map(load);
  const integrations = (await Promise.all(modules)).flatMap((module) => Object.values(module).filter(isDescribed));
  const lines = integrations.flatMap(({ name, resultStores }) =>
    Object.keys(resultStores).map((scheme) => `  ${JSON.stringify(scheme)}: ${JSON.stringify(name)},`),
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

function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  return import(pathToFileURL(resolve(file)).href);
}

function isDescribed(value: unknown): value is Described {
  if (typeof value !== "object" || value === null) return false;
  const { name, resultStores } = value as Partial<Described>;
  return typeof name === "string" && typeof resultStores === "object";
}
