import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { type OutputChunk, rolldown } from "rolldown";
import { dts, type Generator } from "rolldown-plugin-dts";
import { packageName } from "./bundle.ts";

export interface DeclarationOptions {
  /** Name of the declaration file → source file. */
  readonly entries: Readonly<Record<string, string>>;
  /** The folders whose types the entries may reach, from the root: `packages/core`. */
  readonly folders: readonly string[];
  /** The imports whose types become part of the declarations. */
  readonly bundled: RegExp;
  readonly root: string;
  readonly outputFolder: string;
}

/** Writes the declarations for the entries, and returns the published packages that these import. */
export async function writeDeclarations(options: DeclarationOptions): Promise<ReadonlySet<string>> {
  const build = await rolldown({
    input: { ...options.entries },
    platform: "node",
    external: (specifier) => !options.bundled.test(specifier),
    // Nearly all of the time is the compiler's.
    checks: { bundlerTimings: false },
    plugins: [dts({ dtsOnly: true, tsconfig: false, generator: await compiler(options) })],
    onLog(level, log) {
      if (level === "warn") throw new Error(`rolldown: ${log.message}`);
    },
  });
  const { output } = await build.write({
    dir: options.outputFolder,
    chunkFileNames: "types-[hash].d.ts",
    banner: '/// <reference types="node" />',
  });
  await build.close();
  const chunks = output.filter((file): file is OutputChunk => file.type === "chunk");
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const imports = chunks.flatMap((chunk) => chunk.imports).filter((name) => !own.has(name) && !isBuiltin(name));
  return new Set(imports.map(packageName));
}

/** The compiler of the gate, called once for all files. The plugin can call TypeScript 6 and 7.1 itself, but not 7.0. */
async function compiler({ root, folders }: DeclarationOptions): Promise<Generator> {
  // In node_modules, where the compiler finds the types of Node.
  const cache = join(root, "node_modules/.cache/ostinato");
  await mkdir(cache, { recursive: true });
  const emitted = await mkdtemp(join(cache, "declarations-"));
  return {
    init: () => emit(root, folders, emitted),
    emit: async (_code, source) => ({
      code: await readFile(join(emitted, relative(root, source)).replace(/\.ts$/, ".d.ts"), "utf8"),
    }),
    dispose: () => rm(emitted, { recursive: true, force: true }),
  };
}

async function emit(root: string, folders: readonly string[], outDir: string): Promise<void> {
  const project = join(outDir, "tsconfig.json");
  const compilerOptions = {
    rootDir: root,
    outDir,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    // The gate checks types; a type that cannot be declared is still an error.
    noCheck: true,
  };
  // All sources, because the compiler emits nothing for a workspace that it reaches as an import from node_modules.
  const include = folders.map((folder) => join(root, folder, "src"));
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions,
    include,
    exclude: folders.map((folder) => join(root, folder, "**/*.test.ts")),
  };
  await writeFile(project, JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", project], { cwd: root }).catch((error: unknown) => {
    const { stdout = "" } = error as { stdout?: string };
    throw new Error(`The declarations cannot be made:\n${stdout}`);
  });
}
