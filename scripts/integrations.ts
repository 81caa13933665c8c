import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A type of blocks that are buckets, from an integration of this repository. */
export interface BroughtBucket {
  /** The type of the blocks. */
  readonly type: string;
  readonly name: string;
  readonly folder: string;
}

/** A kind of result store from an integration of this repository. */
export interface BroughtStore {
  readonly scheme: string;
  /** The package to import. */
  readonly name: string;
  /** The folder of the package, from the root. */
  readonly folder: string;
}

/** A driver from an integration of this repository. */
export interface BroughtDriver {
  /** The type of work pools that it serves. */
  readonly type: string;
  readonly name: string;
  readonly folder: string;
}

/** The result stores of all integrations, from their definitions. */
export async function broughtStores(): Promise<readonly BroughtStore[]> {
  return (await integrationPackages()).flatMap(({ folder, exported }) =>
    exported
      .filter(isIntegration)
      .flatMap(({ name, resultStores = {} }) => Object.keys(resultStores).map((scheme) => ({ scheme, name, folder }))),
  );
}

/** The buckets of all integrations, from their definitions. */
export async function broughtBuckets(): Promise<readonly BroughtBucket[]> {
  return (await integrationPackages()).flatMap(({ folder, exported }) =>
    exported
      .filter(isIntegration)
      .flatMap(({ name, buckets = [] }) => buckets.map(({ type }) => ({ type, name, folder }))),
  );
}

/** The drivers of all integrations, from their definitions. */
export async function broughtDrivers(): Promise<readonly BroughtDriver[]> {
  return (await integrationPackages()).flatMap(({ name, folder, exported }) =>
    exported.filter(isDriver).map(({ type }) => ({ type, name, folder })),
  );
}

/** The module in which the SDK finds the package for a result store that is not registered. */
export async function packagesOfResultStores(): Promise<string> {
  return tableModule({
    about: "The packages of this repository that bring result stores, by scheme.",
    name: "packageOfScheme",
    entries: [
      ...(await broughtStores()).map(({ scheme, name }) => [scheme, name] as const),
      ...(await broughtBuckets()).map(({ type, name }) => [type, name] as const),
    ],
  });
}

/** The module in which server and SDK find the package for the bucket of a block. */
export async function packagesOfBuckets(): Promise<string> {
  return tableModule({
    about: "The packages of this repository that bring buckets, by the type of their blocks.",
    name: "packageOfBucket",
    entries: (await broughtBuckets()).map(({ type, name }) => [type, name]),
  });
}

/** The module in which the worker finds the package for a type of work pools. */
export async function packagesOfDrivers(): Promise<string> {
  return tableModule({
    about: "The packages of this repository that bring drivers, by the type of work pools.",
    name: "packageOfDriver",
    entries: (await broughtDrivers()).map(({ type, name }) => [type, name]),
  });
}

interface Table {
  readonly about: string;
  readonly name: string;
  readonly entries: readonly (readonly [string, string])[];
}

function tableModule({ about, name, entries }: Table): string {
  return [
    "// Made from integrations/*/src/index.ts by `npm run generate`.",
    `/** ${about} */`,
    `export const ${name}: Readonly<Record<string, string>> = {`,
    ...entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`),
    "};",
    "",
  ].join("\n");
}

interface IntegrationPackage {
  readonly name: string;
  readonly folder: string;
  /** What its entry file exports. */
  readonly exported: readonly unknown[];
}

async function integrationPackages(): Promise<readonly IntegrationPackage[]> {
  const entries = globSync("integrations/*/src/index.ts").toSorted();
  return Promise.all(
    entries.map(async (entry) => {
      const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(entry)).href);
      const folder = dirname(dirname(entry));
      const { name }: { readonly name: string } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return { name, folder, exported: Object.values(module) };
    }),
  );
}

interface Described {
  readonly name: string;
  readonly resultStores?: Readonly<Record<string, unknown>>;
  readonly buckets?: readonly { readonly type: string }[];
}

function isIntegration(value: unknown): value is Described {
  return typeof value === "object" && value !== null && typeof (value as Partial<Described>).name === "string";
}

function isDriver(value: unknown): value is { readonly type: string } {
  const { type, open } = Object(value) as { readonly type?: unknown; readonly open?: unknown };
  return typeof type === "string" && typeof open === "function";
}
