import { isBuiltin } from "node:module";
import { join } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";

export interface Bundle {
  /** The published packages that the code imports. */
  readonly packages: ReadonlySet<string>;
}

export interface BundleOptions {
  /** Name of the output file → source file. */
  readonly entries: Readonly<Record<string, string>>;
  readonly outputFolder: string;
}

/**
 * Puts the workspaces together into one folder of JavaScript. What several entries share, and what is imported only when
 * needed, becomes a chunk of its own; everything from npm stays an import. All files lie in one folder, because code finds
 * its neighbours by `new URL("./name.js", import.meta.url)`.
 */
export async function bundle({ entries, outputFolder }: BundleOptions): Promise<Bundle> {
  const build = await rolldown({
    input: { ...entries },
    platform: "node",
    external: isPublished,
    // Low enough for an older Node to read the files, and then to say that it is too old.
    transform: { target: "node18" },
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
  });
  await build.close();
  const chunks = output.filter((file): file is OutputChunk => file.type === "chunk");
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const imports = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]);
  return { packages: new Set(imports.filter((name) => !own.has(name) && !isBuiltin(name)).map(packageName)) };
}

export function packageName(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? join(scope, name) : scope;
}

function isPublished(specifier: string): boolean {
  return !specifier.startsWith(".") && !specifier.startsWith("/") && !specifier.startsWith("@ostinato/");
}
