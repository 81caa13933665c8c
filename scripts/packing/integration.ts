import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { writeDeclarations } from "./declarations.ts";
import { entryName, integrationManifest, readManifest } from "./manifest.ts";
import { root } from "./root.ts";

const ownFiles = /^[./]/;

/**
 * Fills the folder with the npm package of an integration: its own code, in which all imports stay imports. Dynamic imports stay files of
 * their own.
 */
export async function fillIntegration(staging: string, folder: string): Promise<void> {
  const own = readManifest(join(root, folder));
  const outputFolder = join(staging, "dist");
  const sources = Object.entries(Object(own.exports) as Readonly<Record<string, string>>);
  const entries = Object.fromEntries(sources.map(([path, source]) => [entryName(path), join(root, folder, source)]));
  const build = await rolldown({
    input: entries,
    platform: "node",
    external: (specifier) => !ownFiles.test(specifier),
    onLog(level, log) {
      if (level === "warn") throw new Error(`rolldown: ${log.message}`);
    },
  });
  await build.write({ dir: outputFolder, format: "esm", chunkFileNames: "[name]-[hash].js" });
  await build.close();
  await writeDeclarations({ entries, folders: [folder], bundled: ownFiles, root, outputFolder });
  cpSync(join(root, "LICENSE"), join(staging, "LICENSE"));
  cpSync(join(root, folder, "README.md"), join(staging, "README.md"));
  writeFileSync(join(staging, "package.json"), `${JSON.stringify(integrationManifest(own), undefined, 2)}\n`);
}
