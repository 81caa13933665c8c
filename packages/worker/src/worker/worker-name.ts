import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { randomId } from "@ostinato/core";
import { lookAtProcess, ownProcess } from "@ostinato/core/process";
import { WorkerError } from "./worker-error.ts";

/** A name that no other worker of the pool on this machine has while this process lives. */
export interface OwnName {
  readonly name: string;
  release(): void;
}

export interface OwnNameOptions {
  /** A folder of this machine and user. It is created. */
  readonly folder: string;
  readonly poolName: string;
  /** By default the name of the machine, with a number where that is taken: a worker that is started again has its former name. */
  readonly name: string | undefined;
}

/** Takes the name for this process. Throws a `WorkerError` where a living process has it. */
export async function takeName({ folder, poolName, name }: OwnNameOptions): Promise<OwnName> {
  const names = join(folder, "names");
  mkdirSync(names, { recursive: true, mode: 0o700 });
  const take = (wanted: string) => tryName(join(names, fileOf(poolName, wanted)), wanted);
  if (name !== undefined) {
    const own = await take(name);
    if (own !== undefined) return own;
    throw new WorkerError(
      `A worker named "${name}" of work pool "${poolName}" runs on this machine already. Give this one another --name, or none.`,
    );
  }
  const base = hostname().replace(/[/%&<>]/g, "-") || "worker";
  for (let number = 1; ; number += 1) {
    const own = await take(number === 1 ? base : `${base}-${number}`);
    if (own !== undefined) return own;
  }
}

async function tryName(file: string, name: string): Promise<OwnName | undefined> {
  // Linked, so that the file is never there without its content: two workers may start at the same moment.
  const own = fileBeside(file);
  writeFileSync(own, ownProcess() ?? "", { flag: "wx", mode: 0o600 });
  try {
    for (;;) {
      if (link(own, file)) return { name, release: () => rmSync(file, { force: true }) };
      const holder = read(file);
      if (holder !== undefined && (await lives(holder))) return undefined;
      if (holder !== undefined) removeOf(holder, file);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes the file of a holder that is gone. Another worker may have done that, and taken the name, at the same moment. */
function removeOf(holder: string, file: string): void {
  const aside = fileBeside(file);
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if (read(aside) !== holder) link(aside, file);
  rmSync(aside, { force: true });
}

/** Gives the file a second path; false where there is one already. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Undefined where the file is gone. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

/**
 * Whether the process that took the name lives. One of another container that shares the folder can't be looked at, and counts as living. One
 * that its system has no name for can't be told from a dead one.
 */
async function lives(holder: string): Promise<boolean> {
  return holder !== "" && (await lookAtProcess(holder)) !== "gone";
}

function fileBeside(file: string): string {
  return join(dirname(file), `.${randomId()}`);
}

function fileOf(poolName: string, name: string): string {
  return `${encodeURIComponent(poolName)}@${encodeURIComponent(name)}`;
}
