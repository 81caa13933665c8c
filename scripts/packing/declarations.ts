import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { parseSync, Visitor } from "oxc-parser";
import { packageName } from "./bundle.ts";

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

/** Writes the declaration files that the entries reach, with paths in place of the workspaces' names. */
export async function writeDeclarations(options: DeclarationOptions): Promise<Declarations> {
  // In node_modules, from where the compiler finds the types of Node.
  const cache = join(options.root, "node_modules/.cache/ostinato");
  await mkdir(cache, { recursive: true });
  const emitted = await mkdtemp(join(cache, "declarations-"));
  try {
    await emit(options, emitted);
    return await copyReachable(options, emitted);
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

async function copyReachable(options: DeclarationOptions, emitted: string): Promise<Declarations> {
  const packages = new Set<string>();
  const done = new Set<string>();
  const waiting = options.entries.map((entry) => resolve(options.root, entry));
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if (done.has(source)) continue;
    done.add(source);
    const file = declarationOf(source, options.root);
    const text = await readFile(join(emitted, file), "utf8");
    const rewritten = replaceSpecifiers(file, text, (specifier) => {
      if (specifier.startsWith(".") || specifier.startsWith("@ostinato/")) {
        const target = specifier.startsWith(".")
          ? resolve(dirname(source ?? ""), specifier.replace(/\.js$/, ".ts"))
          : options.sourceOf(specifier);
        waiting.push(target);
        return importPath(file, declarationOf(target, options.root));
      }
      if (!isBuiltin(specifier)) packages.add(packageName(specifier));
      return specifier;
    });
    const output = join(options.outputFolder, file);
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, rewritten);
  }
  const entries = options.entries.map(
    (entry) => [entry, declarationOf(resolve(options.root, entry), options.root)] as const,
  );
  return { entries: new Map(entries), packages };
}

/** `packages/core/src/clock.ts` → `core/src/clock.d.ts` */
function declarationOf(source: string, root: string): string {
  return relative(join(root, "packages"), source).replaceAll("\\", "/").replace(/\.ts$/, ".d.ts");
}

function importPath(from: string, to: string): string {
  const path = posix.join(posix.relative(posix.dirname(from), posix.dirname(to)), basename(to, ".d.ts"));
  return `${path.startsWith(".") ? "" : "./"}${path}.js`;
}

function replaceSpecifiers(file: string, text: string, replace: (specifier: string) => string): string {
  const found: { readonly start: number; readonly end: number; readonly value: unknown }[] = [];
  new Visitor({
    ImportDeclaration: ({ source }) => void found.push(source),
    ExportAllDeclaration: ({ source }) => void found.push(source),
    ExportNamedDeclaration: ({ source }) => void (source !== null && found.push(source)),
    TSImportType: ({ source }) => void found.push(source),
  }).visit(parseSync(file, text).program);
  let result = text;
  for (const { start, end, value } of found.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + JSON.stringify(replace(String(value))) + result.slice(end);
  }
  return result;
}
