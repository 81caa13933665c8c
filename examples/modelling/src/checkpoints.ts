import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Database, literal, parquet } from "./duckdb.ts";

/** Rows in a Parquet file. */
export interface Checkpoint {
  readonly path: string;
  readonly rows: number;
}

export interface CheckpointPlan {
  readonly folder: string;
  readonly name: string;
  /** The query for the rows of the file. */
  readonly sql: string;
}

/**
 * Writes the rows of a query to a Parquet file, once. The file's name contains a digest of the query, so another input, another parameter
 * or a changed query gives another file; an existing file is right, and a deleted one is written again.
 */
export async function writeCheckpoint(database: Database, { folder, name, sql }: CheckpointPlan): Promise<Checkpoint> {
  const path = join(folder, `${name}-${digest(sql)}.parquet`);
  await writeOnce(path, (file) =>
    database.run(`COPY (${sql}) TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`),
  );
  return await database.row<Checkpoint>(
    `SELECT ${literal(path)} AS path, count(*)::int AS rows FROM ${parquet([path])}`,
  );
}

/** Makes a file unless it exists. `make` writes under another name, so that a process that dies leaves no partial file. */
export async function writeOnce(path: string, make: (file: string) => Promise<void>): Promise<void> {
  if (await isThere(path)) return;
  const unfinished = join(dirname(path), `.${randomUUID()}`);
  await mkdir(dirname(path), { recursive: true });
  try {
    await make(unfinished);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Makes a file and a JSON description beside it, unless both exist. */
export async function describeOnce<T>(path: string, make: (file: string) => Promise<T>): Promise<T> {
  const descriptionPath = `${path}.json`;
  if (!(await isThere(descriptionPath))) await rm(path, { force: true });
  await writeOnce(path, async (file) => {
    const description = JSON.stringify(await make(file));
    await rm(descriptionPath, { force: true });
    await writeOnce(descriptionPath, (descriptionFile) => writeFile(descriptionFile, description));
  });
  return JSON.parse(await readFile(descriptionPath, "utf8")) as T;
}

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
