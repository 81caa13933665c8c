import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The packed product, installed by npm into an empty folder. */
export interface Installed {
  /** Its `ostinato` command, to be run by node. */
  readonly command: string;
  /** The size of the package itself. */
  readonly packageBytes: number;
  /** The size of node_modules. */
  readonly bytes: number;
  /** A folder for programs that import it. */
  readonly folder: string;
  remove(): Promise<void>;
}

const repository = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

export async function installPacked(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-bench-installed-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await run(process.execPath, [join(repository, "scripts/pack.ts"), folder], { cwd: repository });
    const tarball = (await readdir(folder)).find((file) => file.endsWith(".tgz"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${tarball}`], {
      cwd: folder,
      shell: process.platform === "win32",
    });
    const modules = join(folder, "node_modules");
    const own = join(modules, "ostinato");
    return {
      command: join(own, "dist/bin.js"),
      packageBytes: await folderBytes(own),
      bytes: await folderBytes(modules),
      folder,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The sum of the sizes of the files. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
