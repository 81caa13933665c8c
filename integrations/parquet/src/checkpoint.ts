import { createHash } from "node:crypto";
import type { Rows } from "@ostinato/sql";
import { UsageError } from "ostinato";
import { describeFile, type KeptTable } from "./kept-table.ts";
import { filePlace, isBucket, type TablePlace } from "./place.ts";
import { openTables, type TableSources } from "./tables.ts";
import { writeAt } from "./write.ts";

export interface CheckpointOptions {
  /** A bucket or a folder; the checkpoints of this machine, `OSTINATO_HOME/checkpoints`, unless given. */
  readonly in?: TablePlace;
}

/** A query over other tables. The file belongs to its text and to the addresses of the tables, or to `by` where it is given. */
export interface QueryCheckpoint extends CheckpointOptions {
  readonly sql: string;
  readonly tables?: TableSources;
  /**
   * What the rows depend on beside the query, as JSON, in place of the addresses of the tables: for files that have other content at the same address, or the same one
   * at another, such as downloads.
   */
  readonly by?: unknown;
}

/** Rows of the program, which are made where the file is not there. */
export interface RowsCheckpoint extends CheckpointOptions {
  readonly rows: () => Rows | Promise<Rows>;
  /** What the rows depend on, as JSON: another value is another file. */
  readonly by: unknown;
  readonly types?: Readonly<Record<string, string>>;
}

/**
 * Keeps a table as Parquet, once: where the file of the same query, or of the same `by`, is there, it is taken as it is. A file that has been deleted is made again.
 * Give back what this gives from a task, and the page of its run shows the first rows with their types.
 *
 * ```ts
 * import { checkpoint } from "@ostinato/parquet";
 * import { task } from "ostinato";
 *
 * export const cleanTrips = task(async function cleanTrips(month: string) {
 *   return await checkpoint(`clean trips ${month}`, {
 *     tables: { trips: `raw/${month}/trips.parquet` },
 *     sql: "SELECT * FROM trips WHERE fare > 0",
 *   });
 * });
 * ```
 */
export async function checkpoint(name: string, options: QueryCheckpoint | RowsCheckpoint): Promise<KeptTable> {
  if (!/^[^/\\]+$/.test(name))
    throw new UsageError(`The name of a checkpoint is ${JSON.stringify(name)}: give a name without slashes.`);
  const key = `${name}-${digestOf(options)}.parquet`;
  const place = filePlace(isBucket(options.in) ? `checkpoints/${key}` : key, options.in);
  const known = await knownTable(place, options.in);
  if (known !== undefined) return known;
  const content = "sql" in options ? options : { rows: await options.rows(), types: options.types ?? {} };
  const table = await writeAt(place, content, options);
  // Written after the table, so that where the description is, the table is too.
  if (isBucket(options.in))
    await options.in.write(descriptionOf(place.key), JSON.stringify(table), { contentType: "application/json" });
  return table;
}

/** Where a table in a bucket is described, so that nobody downloads it to know it. */
function descriptionOf(key: string): string {
  return `${key}.json`;
}

async function knownTable(
  place: ReturnType<typeof filePlace>,
  bucket: TablePlace | undefined,
): Promise<KeptTable | undefined> {
  if (!(await place.isThere())) return undefined;
  if (!isBucket(bucket)) {
    await using db = await openTables({});
    return await describeFile(db, place.key, place);
  }
  if (!(await bucket.exists(descriptionOf(place.key)))) return undefined;
  return JSON.parse(await bucket.readText(descriptionOf(place.key))) as KeptTable;
}

const digestCharacters = 16;

function digestOf(options: QueryCheckpoint | RowsCheckpoint): string {
  const content = "sql" in options ? [options.sql, sourcesOf(options)] : [options.by, options.types ?? {}];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, digestCharacters);
}

function sourcesOf({ by, tables = {} }: QueryCheckpoint): unknown {
  return by === undefined ? addressesOf(tables) : { by };
}

/** What names the sources: a bucket by the address of what is read from it. */
function addressesOf(tables: TableSources): unknown {
  return Object.entries(tables).map(([name, given]) => [
    name,
    [given].flat().map((source) => {
      if (typeof source === "string") return source;
      if ("tableUrl" in source) return [source.tableUrl, source.bytes, source.rows];
      return "key" in source ? source.bucket.url(source.key) : source.bucket.url(source.prefix);
    }),
  ]);
}
