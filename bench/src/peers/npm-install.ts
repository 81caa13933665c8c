import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder, folderMadeOnce } from "@ostinato/testing/cache";
import { messageOf } from "../row.ts";

/** Installs a package into the cache folder once; undefined, with a message, where that fails. */
export async function installOnce(name: string, version: string): Promise<string | undefined> {
  const kept = join(cacheFolder, `bench-${name.replaceAll(/[@/]/g, "-").replace(/^-/, "")}-${version}`);
  try {
    return await folderMadeOnce(kept, async (folder) => {
      console.log(`… installing ${name}, once; kept in ${kept}`);
      await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
      await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", `${name}@${version}`], {
        cwd: folder,
        shell: process.platform === "win32",
      });
    });
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    console.log(`${name} is left out, since it can't be installed: ${reason}`);
    return undefined;
  }
}
