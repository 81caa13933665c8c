import { isBuiltin } from "node:module";
import { join } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";
import { takeBuiltins } from "./builtins.ts";

export interface Bundle {
  /** The published packages that the code imports. */
  readonly packages: ReadonlySet<string>;
  /** The folders of the published packages whose code is included. */
  readonly included: ReadonlySet<string>;
}

export interface BundleOptions {
  /** Name of the output file → source file. */
  readonly entries: Readonly<Record<string, string>>;
  readonly outputFolder: string;
  /** The source that every program loads: it and its static imports become one file. */
  readonly program: string;
}

/**
 * These stay imports: `pg` and `ws` look for native add-ons that a user may have installed, `piscina` for its own files. All others are
 * bundled, because Node needs 1.2 s to load the server's few hundred modules one by one, and 0.15 s bundled.
 */
const leftOutside: ReadonlySet<string> = new Set(["pg", "ws", "piscina"]);

/**
 * Puts the workspaces and what they use together into one folder of JavaScript. What several entries share, and what is
 * imported only when needed, becomes a chunk of its own. All files lie in one folder, because code finds its neighbours by
 * `new URL("./name.js", import.meta.url)`.
 */
export async function bundle({ entries, outputFolder, program }: BundleOptions): Promise<Bundle> {
  const atOnce = new Set<string>();
  const build = await rolldown({
    input: { ...entries },
    platform: "node",
    external: (specifier) => isBuiltin(specifier) || leftOutside.has(packageName(specifier)),
    // Low enough for an older Node to parse the files and report that it is too old.
    transform: { target: "node18" },
    plugins: [
      { name: "builtins", renderChunk: (code, { fileName }) => takeBuiltins(code, fileName) },
      {
        name: "program",
        buildEnd() {
          addImported(program, (id) => this.getModuleInfo(id)?.importedIds ?? [], atOnce);
        },
      },
    ],
    onLog(level, log) {
      if (level === "warn") throw new Error(`rolldown: ${log.message}`);
    },
  });
  const { output } = await build.write({
    dir: outputFolder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    minify: false,
    // Resolving a file costs Node as much as reading one of 20 KB, and the default would make twenty.
    codeSplitting: { groups: [{ name: "program", test: (id) => atOnce.has(id) }] },
  });
  await build.close();
  const chunks = output.filter((file): file is OutputChunk => file.type === "chunk");
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const imports = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports, ...requiresIn(chunk.code)]);
  return {
    packages: new Set(imports.filter((name) => !own.has(name) && !isBuiltin(name)).map(packageName)),
    included: new Set(chunks.flatMap(({ moduleIds }) => moduleIds).flatMap(packageFolder)),
  };
}

function addImported(id: string, importsOf: (id: string) => readonly string[], found: Set<string>): void {
  if (found.has(id)) return;
  found.add(id);
  for (const imported of importsOf(id)) addImported(imported, importsOf, found);
}

export function packageName(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? join(scope, name) : scope;
}

/** The `require` calls of CommonJS code, which rolldown does not list among a chunk's imports. */
function requiresIn(code: string): readonly string[] {
  return [...code.matchAll(/\b__require\("([^"]+)"\)/g)].flatMap(([, name]) => name ?? []);
}

/** `…/node_modules/@scope/name/lib/a.js` → `…/node_modules/@scope/name`; nothing for this repository's own code. */
export function packageFolder(moduleId: string): readonly string[] {
  const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(moduleId) ?? [];
  return folder === undefined ? [] : [folder.replace(/^\0/, "")];
}
