import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The parts of a package.json that matter here. */
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
  /** The manifests of the workspaces that are bundled: they say which versions are wanted. */
  readonly workspaces: readonly Manifest[];
  /** What the code imports. */
  readonly usedByCode: ReadonlySet<string>;
  /** What the declarations import. */
  readonly usedByTypes: ReadonlySet<string>;
  readonly nodeModules: string;
}

/** The package.json to publish: one package, whose dependencies are what its code and its types import. */
export function publishedManifest(options: PublishedManifestOptions): Readonly<Record<string, unknown>> {
  const { own, workspaces, usedByCode, usedByTypes, nodeModules } = options;
  const wanted = new Set(usedByCode);
  for (const name of usedByTypes) wanted.add(withTypes(name, nodeModules));
  // The types of Node's own things (AbortSignal, Buffer) are in nearly every declaration.
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

/** The package.json to publish of an integration, which depends on what it says itself. */
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

/** The package that holds the types of `name`: itself, or its neighbour in @types. */
function withTypes(name: string, nodeModules: string): string {
  const neighbour = `@types/${name.replace(/^@/, "").replace("/", "__")}`;
  const hasOwnTypes = readManifest(join(nodeModules, name)).types !== undefined;
  return !hasOwnTypes && existsSync(join(nodeModules, neighbour)) ? neighbour : name;
}
