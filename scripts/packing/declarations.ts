import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join, posix, relative } from "node:path";
import { promisify } from "node:util";
import { packageName } from "./bundle.ts";
import { type NeededFile, neededDeclarations, type TreeOptions } from "./declaration-tree.ts";

export interface Declarations {
  /** Source file of an entry → its declaration file, from the output folder. */
  readonly entries: ReadonlyMap<string, string>;
  /** The published packages that the types name. */
  readonly packages: ReadonlySet<string>;
}

export interface DeclarationOptions {
  readonly entries: readonly string[];
  /** The folders in `packages` whose types the entries may reach. */
  readonly workspaces: readonly string[];
  readonly root: string;
  readonly outputFolder: string;
  /** Finds the source file behind an import of a workspace, as `@ostinato/core`. */
  readonly sourceOf: (specifier: string) => string;
}

/** Writes the declarations that the entries need, with paths in place of the workspaces' names. */
export async function writeDeclarations(options: DeclarationOptions): Promise<Declarations> {
  // In node_modules, from where the compiler finds the types of Node.
  const cache = join(options.root, "node_modules/.cache/ostinato");
  await mkdir(cache, { recursive: true });
  const emitted = await mkdtemp(join(cache, "declarations-"));
  try {
    await emit(options, emitted);
    return await writeNeeded(options, emitted);
  } finally {
    await rm(emitted, { recursive: true, force: true });
  }
}

async function emit({ root, workspaces }: DeclarationOptions, outDir: string): Promise<void> {
  const project = join(outDir, "tsconfig.json");
  const compilerOptions = {
    rootDir: join(root, "packages"),
    outDir,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rewriteRelativeImportExtensions: true,
    stripInternal: true,
    // Types are the gate's business; what cannot be declared is still an error.
    noCheck: true,
  };
  // All sources, because the compiler emits nothing for a workspace that it meets as an import from node_modules.
  const include = workspaces.map((name) => join(root, "packages", name, "src"));
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions,
    include,
    exclude: [join(root, "packages/**/*.test.ts")],
  };
  await writeFile(project, JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", project], { cwd: root }).catch((error: unknown) => {
    const { stdout = "" } = error as { stdout?: string };
    throw new Error(`The declarations cannot be made:\n${stdout}`);
  });
}

async function writeNeeded(options: DeclarationOptions, emitted: string): Promise<Declarations> {
  const { root, sourceOf } = options;
  const fileOf = (source: string) => declarationOf(source, root);
  const resolve: TreeOptions["resolve"] = (from, specifier) => {
    if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier).replace(/\.[jt]s$/, ".d.ts");
    return specifier.startsWith("@ostinato/") ? fileOf(sourceOf(specifier)) : undefined;
  };
  const read = (file: string) => readFileSync(join(emitted, file), "utf8");
  const { files, specifiers } = neededDeclarations(options.entries.map(fileOf), { read, resolve });
  for (const [file, needed] of files) {
    const output = join(options.outputFolder, file);
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, textOf(file, needed, resolve));
  }
  const entries = options.entries.map((entry) => [entry, fileOf(entry)] as const);
  const packages = [...specifiers].filter((specifier) => !isBuiltin(specifier)).map(packageName);
  return { entries: new Map(entries), packages: new Set(packages) };
}

function textOf(file: string, { statements, imports, passedOn }: NeededFile, resolve: TreeOptions["resolve"]): string {
  const path = (from: string) => JSON.stringify(from.endsWith(".d.ts") ? importPath(file, from) : from);
  const inlinePath = (specifier: string) => path(resolve(file, specifier) ?? specifier);
  const lines = [
    ...[...imports].map(([local, { from, imported }]) =>
      imported === "*"
        ? `import * as ${local} from ${path(from)};`
        : `import { ${renamed(imported, local)} } from ${path(from)};`,
    ),
    ...[...passedOn].map(([name, { from, imported }]) =>
      imported === "*"
        ? `export * as ${name} from ${path(from)};`
        : `export { ${renamed(imported, name)} } from ${path(from)};`,
    ),
    ...statements.map(({ text }) =>
      text.replaceAll(/\bimport\("([^"]+)"\)/g, (_, specifier: string) => `import(${inlinePath(specifier)})`),
    ),
    "export {};",
  ];
  return `${lines.join("\n")}\n`;
}

function renamed(name: string, other: string): string {
  return name === other ? name : `${name} as ${other}`;
}

/** `…/packages/core/src/clock.ts` → `core/src/clock.d.ts` */
function declarationOf(source: string, root: string): string {
  return relative(join(root, "packages"), source).replaceAll("\\", "/").replace(/\.ts$/, ".d.ts");
}

function importPath(from: string, to: string): string {
  const path = posix.join(posix.relative(posix.dirname(from), posix.dirname(to)), basename(to, ".d.ts"));
  return `${path.startsWith(".") ? "" : "./"}${path}.js`;
}
