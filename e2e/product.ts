import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder, copyFolder, exists } from "@ostinato/testing/cache";

export const repository = fileURLToPath(new URL("..", import.meta.url));

/** Number of packed products of earlier sources to keep. */
const keptProducts = 2;
const installMillis = 300_000;

/**
 * Packs the product and installs it with its dependencies into the new `folder`, as a user does. It is made once per state of the sources
 * and copied from then on.
 */
export async function installProduct(folder: string): Promise<void> {
  const shelf = join(cacheFolder, "product");
  const made = join(shelf, hashOfSources());
  await mkdir(shelf, { recursive: true });
  await madeByOne(made, () => make(shelf, made));
  await mkdir(dirname(folder), { recursive: true });
  copyFolder(made, folder);
}

const lookMillis = 200;

/** One of several simultaneous users makes it while the others wait, because it takes a while and all processors. */
async function madeByOne(made: string, make: () => Promise<void>): Promise<void> {
  const lock = `${dirname(made)}/.making-${basename(made)}`;
  while (!(await exists(made))) {
    const ours = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (!ours) {
      // A process that was killed meanwhile leaves its lock behind.
      const begun = await stat(lock).catch(() => undefined);
      if (begun !== undefined && Date.now() - begun.ctimeMs > installMillis) await rm(lock, { recursive: true });
      await new Promise((resolve) => setTimeout(resolve, lookMillis));
      continue;
    }
    try {
      await make();
    } finally {
      await rm(lock, { recursive: true, force: true });
    }
  }
}

async function make(shelf: string, made: string): Promise<void> {
  // Outside of the repository, whose packages npm would find.
  const staging = await mkdtemp(join(tmpdir(), "ostinato-installed-"));
  try {
    await runClean(process.execPath, [join(repository, "scripts/pack.ts"), staging, "ostinato"], repository);
    const [tarball] = (await readdir(staging)).filter((file) => file.endsWith(".tgz"));
    await writeFile(join(staging, "package.json"), JSON.stringify({ private: true, type: "module" }));
    await runClean("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${tarball}`], staging);
    const draft = await mkdtemp(join(shelf, ".draft-"));
    copyFolder(staging, draft);
    await rename(draft, made);
    await forgetOlder(shelf);
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function forgetOlder(shelf: string): Promise<void> {
  const folders = (await readdir(shelf)).filter((name) => !name.startsWith("."));
  const aged = await Promise.all(
    folders.map(async (name) => ({ name, made: (await stat(join(shelf, name))).ctimeMs })),
  );
  const older = aged.toSorted((one, other) => other.made - one.made).slice(keptProducts);
  for (const { name } of older) await rm(join(shelf, name), { recursive: true, force: true });
}

/** A hash of all sources of the tarball and of its dependencies. */
function hashOfSources(): string {
  const files = globSync(
    [
      "packages/*/{src,public}/**/*.*",
      "packages/*/{package.json,index.html,vite.config.ts}",
      "scripts/packing/*.ts",
      "{package-lock.json,README.md,LICENSE}",
    ],
    { cwd: repository },
  ).filter((file) => !/\.test\.tsx?$/.test(file));
  const hash = createHash("sha256");
  for (const file of files.toSorted()) hash.update(`${file}\0`).update(readFileSync(join(repository, file)));
  return hash.digest("hex").slice(0, 32);
}

/** Runs a program as in a user's own terminal. */
export function runClean(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = { ...cleanEnvironment(), ...environment };
  return promisify(execFile)(program, args, { cwd, env, timeout: installMillis, shell: process.platform === "win32" });
}

/** The environment without the variables of npm and Vitest, which would lead back into the repository. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const leadsBack =
    /^(npm_(?!config_)|npm_config_(local_prefix|allow_scripts)|vitest|node_(env|options|path)|ostinato_|prefect_)/i;
  const kept = Object.entries(process.env).filter(([name]) => !leadsBack.test(name));
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => !entry.startsWith(repository));
  return { ...Object.fromEntries(kept), PATH: [dirname(process.execPath), ...path].join(delimiter) };
}
