import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { JobIdentity } from "../job.ts";

/** What a worker writes down about a process that it started, so that another worker of the machine finds it. */
export interface ProcessRecord {
  readonly identity: JobIdentity;
  readonly infrastructureId: string;
  /** The number of the process, which is that of its group. */
  readonly pid: number;
  /** The process by its number and start, so that no other process that gets the number later is taken for it. */
  readonly process: string | undefined;
  /** A folder to remove with the process. */
  readonly temporaryFolder: string | undefined;
}

/** One file for each process that was not cleaned up, named by its claim. */
export class ProcessRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, "processes");
  }

  /** Synchronous, so that no worker dies between the start of a process and its record but by being killed in that very moment. */
  write(record: ProcessRecord): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = this.#file(record.identity.claim);
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  remove(claim: string): void {
    rmSync(this.#file(claim), { force: true });
  }

  async list(): Promise<readonly ProcessRecord[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    return names.filter((name) => name.endsWith(".json")).flatMap((name) => readRecord(join(this.#folder, name)));
  }

  #file(claim: string): string {
    return join(this.#folder, `${claim.replaceAll(/[^\w-]/g, "_")}.json`);
  }
}

/** Another worker may have removed it meanwhile. A file that is not whole is of nobody. */
function readRecord(file: string): readonly ProcessRecord[] {
  try {
    return [JSON.parse(readFileSync(file, "utf8")) as ProcessRecord];
  } catch {
    return [];
  }
}
