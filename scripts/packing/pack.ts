import { execFile } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { buildUi } from "@ostinato/testing/ui-build";
import { bundle, packageFolder } from "./bundle.ts";
import { writeDeclarations } from "./declarations.ts";
import { fillIntegration } from "./integration.ts";
import { entryName, type Manifest, publishedManifest, readManifest } from "./manifest.ts";
import { noticesOf } from "./notices.ts";
import { root } from "./root.ts";
import { sbomOf } from "./sbom.ts";

const ownFolder = join(root, "packages/ostinato");

/**
 * Writes the tarballs of the published packages into `folder`: `ostinato` and the integrations, or only those named. Returns their files.
 */
export async function pack(folder: string, names: readonly string[] = publishedNames()): Promise<readonly string[]> {
  const unknown = names.find((name) => !publishedNames().includes(name));
  if (unknown !== undefined) {
    throw new Error(`No package "${unknown}" is published. There are: ${publishedNames().join(", ")}`);
  }
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const name of names) files.push(await packOne(folder, name));
  return files;
}

async function packOne(folder: string, name: string): Promise<string> {
  const staging = mkdtempSync(join(tmpdir(), "ostinato-pack-"));
  try {
    const integration = integrations().get(name);
    await (integration === undefined ? fill(staging) : fillIntegration(staging, integration));
    const { stdout } = await promisify(execFile)("npm", ["pack", "--json", "--pack-destination", folder], {
      cwd: staging,
      shell: process.platform === "win32",
    });
    const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
    return join(folder, packed?.filename ?? "");
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function publishedNames(): readonly string[] {
  return [basename(ownFolder), ...integrations().keys()];
}

/** The folders of the integrations by the names of their packages. */
function integrations(): ReadonlyMap<string, string> {
  const folders = globSync("integrations/*/package.json", { cwd: root }).map(dirname).toSorted();
  return new Map(folders.map((folder) => [readManifest(join(root, folder)).name, folder]));
}

async function fill(staging: string): Promise<void> {
  const own = readManifest(ownFolder);
  const workspaces = bundledWorkspaces(own);
  const dist = join(staging, "dist");
  const entries = Object.entries(Object(own.exports) as Readonly<Record<string, string>>).map(
    ([path, source]) => ({ name: entryName(path), source: join(ownFolder, source) }) as const,
  );
  const code = await bundle({
    entries: { ...codeEntries(), ...renamed(entries) },
    outputFolder: dist,
    program: join(ownFolder, "src/index.ts"),
  });
  const typePackages = await writeDeclarations({
    entries: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    folders: [...workspaces.keys(), basename(ownFolder)].map((name) => `packages/${name}`),
    bundled: /^(\.|\/|@ostinato\/)/,
    root,
    outputFolder: dist,
  });
  for (const { name } of entries) {
    writeFileSync(join(dist, `${name}.js`), `import "./require-node.js";\nexport * from "./${name}-entry.js";\n`);
  }
  writeFileSync(join(dist, "require-node.js"), requireNode);
  const pages = await buildUi();
  cpSync(pages, join(dist, "ui"), { recursive: true, filter: (path) => !basename(path).startsWith(".") });
  for (const file of ["LICENSE", "README.md"]) cpSync(join(root, file), join(staging, file));
  const included = new Set([...code.included, ...packagesIn(pages)]);
  writeFileSync(join(staging, "THIRD-PARTY-LICENSES.txt"), noticesOf(included));
  writeFileSync(join(staging, "sbom.cdx.json"), sbomOf(own, included));
  const manifest = publishedManifest({
    own,
    workspaces: [readManifest(root), ...workspaces.values()],
    usedByCode: code.packages,
    usedByTypes: typePackages,
    nodeModules: join(root, "node_modules"),
  });
  writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  refuseWorkspaceNames(dist);
}

/** The folders of the packages in the built pages, as the build lists them. */
function packagesIn(pages: string): readonly string[] {
  const files: readonly string[] = JSON.parse(readFileSync(join(pages, ".modules.json"), "utf8"));
  return files.map((file) => join(root, file)).flatMap(packageFolder);
}

// Runs first in an import of the package, and reports an old Node in one sentence instead of failing later.
const requireNode = `const version = process.versions.node;
if (Number(version.split(".")[0]) < 24) {
  throw new Error("Ostinato needs Node.js 24 or newer; this is Node.js " + version + ".");
}
`;

/** Entries that are started rather than imported: the command, and the threads, which are found by file name. */
function codeEntries(): Readonly<Record<string, string>> {
  const programs = globSync("packages/*/src/**/*-{thread,worker,program}.ts", { cwd: root });
  const named = programs.map((source) => [basename(source, ".ts"), join(root, source)]);
  return { bin: join(ownFolder, "src/bin.mjs"), ...Object.fromEntries(named) };
}

function renamed(
  entries: readonly { readonly name: string; readonly source: string }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map(({ name, source }) => [`${name}-entry`, source]));
}

/** The workspaces on which the published package depends, directly or not, by the names of their folders. */
function bundledWorkspaces(own: Manifest): ReadonlyMap<string, Manifest> {
  const found = new Map<string, Manifest>();
  const add = ({ dependencies = {} }: Manifest) => {
    for (const name of Object.keys(dependencies).filter((dependency) => dependency.startsWith("@ostinato/"))) {
      const folder = name.replace("@ostinato/", "");
      if (found.has(folder)) continue;
      const manifest = readManifest(join(root, "packages", folder));
      found.set(folder, manifest);
      add(manifest);
    }
  };
  add(own);
  return found;
}

/** The workspaces' names mean nothing outside the repository. */
function refuseWorkspaceNames(dist: string): void {
  const left = globSync(["*.js", "**/*.d.ts"], { cwd: dist }).filter((file) =>
    /(from|import\(|import) ?"@ostinato\//.test(readFileSync(join(dist, file), "utf8")),
  );
  if (left.length > 0) throw new Error(`A workspace is imported by its name in ${left.join(", ")}`);
}
