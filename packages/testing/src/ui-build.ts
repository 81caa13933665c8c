import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const uiFolder = join(root, "packages/ui");
const builtFolder = join(uiFolder, "dist");
const hashFile = ".source-hash";

/** Updates packages/ui/dist and returns its path, at once when its sources have not changed. */
export async function buildUi(): Promise<string> {
  const hash = hashOfSources();
  if ((await hashOfBuild()) === hash) return builtFolder;
  const staging = await mkdtemp(join(uiFolder, ".dist-"));
  try {
    await runVite(staging);
    await writeFile(join(staging, hashFile), hash);
    await rm(builtFolder, { recursive: true, force: true });
    await rename(staging, builtFolder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  return builtFolder;
}

/** A hash of everything that the built pages depend on: the UI, the packages in it, and the versions of installed packages. */
function hashOfSources(): string {
  const files = globSync(
    [
      "packages/ui/{src,public}/**/*.*",
      "packages/ui/{index.html,package.json,vite.*.ts,tsconfig.json}",
      "packages/{client,protocol,core}/src/**/*.ts",
      "package-lock.json",
    ],
    { cwd: root },
  ).filter((file) => !/\.test\.tsx?$/.test(file));
  const hash = createHash("sha256");
  for (const file of files.toSorted()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function hashOfBuild(): Promise<string | undefined> {
  return readFile(join(builtFolder, hashFile), "utf8").catch(() => undefined);
}

async function runVite(outDir: string): Promise<void> {
  const require = createRequire(join(uiFolder, "package.json"));
  const vite = join(dirname(require.resolve("vite/package.json")), "bin", "vite.js");
  const args = [vite, "build", "--outDir", outDir, "--emptyOutDir", "--logLevel", "warn"];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: uiFolder, env: { ...process.env, NO_COLOR: "1" } });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`The UI cannot be built:\n${stdout}${stderr}`);
  }
}
