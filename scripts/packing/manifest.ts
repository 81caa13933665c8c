import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The parts of a package.json that are used here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly types?: string;
  readonly exports?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface PublishedManifestOptions {
  readonly own: Manifest;
  /** The manifests of the bundled workspaces, which determine the versions. */
  readonly workspaces: readonly Manifest[];
  /** The imports of the code. */
  readonly usedByCode: ReadonlySet<string>;
  /** The imports of the declarations. */
  readonly usedByTypes: ReadonlySet<string>;
  readonly nodeModules: string;
}

/** The package.json to publish: one package that depends on the imports of its code and its types. */
export function publishedManifest(options: PublishedManifestOptions): Readonly<Record<string, unknown>> {
  const { own, workspaces, usedByCode, usedByTypes, nodeModules } = options;
  const wanted = new Set(usedByCode);
  for (const name of usedByTypes) wanted.add(withTypes(name, nodeModules));
  // Nearly every declaration uses Node's types (AbortSignal, Buffer).
  wanted.add("@types/node");
  const versions = versionsOf(workspaces, usedByCode);
  const dependencies = [...wanted].toSorted().map((name) => {
    const version = versions.get(name);
    if (version === undefined) throw new Error(`No workspace that is published names ${name} among its dependencies`);
    return [name, version] as const;
  });
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: "module",
    engines: { node: ">=24" },
    bin: { ostinato: "./dist/bin.js" },
    exports: exportsOf(own),
    files: ["dist", "THIRD-PARTY-LICENSES.txt", "sbom.cdx.json"],
    dependencies: Object.fromEntries(dependencies),
  };
}

/** The package.json to publish of an integration, with its own dependencies. */
export function integrationManifest(own: Manifest): Readonly<Record<string, unknown>> {
  const { name, version, description, license, dependencies, peerDependencies } = own;
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines: { node: ">=24" },
    exports: exportsOf(own),
    files: ["dist"],
    dependencies,
    peerDependencies,
  };
}

function exportsOf({ exports }: Manifest): Readonly<Record<string, unknown>> {
  const entries = Object.keys(Object(exports)).map((path) => [path, exportOf(path)] as const);
  return { ...Object.fromEntries(entries), "./package.json": "./package.json" };
}

/** `.` → index, `./client` → client */
export function entryName(exportPath: string): string {
  return exportPath === "." ? "index" : exportPath.replace(/^\.\//, "");
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function exportOf(path: string): { readonly types: string; readonly default: string } {
  const name = entryName(path);
  return { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}

function versionsOf(workspaces: readonly Manifest[], usedByCode: ReadonlySet<string>): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const { name: workspace, dependencies = {}, devDependencies = {} } of workspaces) {
    for (const [name, version] of Object.entries({ ...devDependencies, ...dependencies })) {
      if (usedByCode.has(name) && !(name in dependencies)) continue;
      const other = versions.get(name);
      if (other !== undefined && other !== version && usedByCode.has(name)) {
        throw new Error(`${workspace} wants ${name} ${version}, another workspace ${other}`);
      }
      versions.set(name, version);
    }
  }
  return versions;
}

/** The package with the types of `name`: itself, or its counterpart in @types. */
function withTypes(name: string, nodeModules: string): string {
  const neighbour = `@types/${name.replace(/^@/, "").replace("/", "__")}`;
  const hasOwnTypes = readManifest(join(nodeModules, name)).types !== undefined;
  return !hasOwnTypes && existsSync(join(nodeModules, neighbour)) ? neighbour : name;
}
