import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
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
  for (;;) {
    try {
      writeFileSync(file, ownProcess() ?? "", { flag: "wx", mode: 0o600 });
      return { name, release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await isTaken(file)) return undefined;
    rmSync(file, { force: true });
  }
}

/** Whether the process that took the name lives. One of another container that shares the folder can't be looked at, and counts as living. */
async function isTaken(file: string): Promise<boolean> {
  let holder: string;
  try {
    holder = readFileSync(file, "utf8");
  } catch {
    return false;
  }
  // Written by a process that is writing it, or that the system does not name.
  if (holder === "") return false;
  return (await lookAtProcess(holder)) !== "gone";
}

function fileOf(poolName: string, name: string): string {
  return `${encodeURIComponent(poolName)}@${encodeURIComponent(name)}`;
}
