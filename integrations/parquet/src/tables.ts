import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { database, type SqlDatabase } from "@ostinato/sql";
import type { Table } from "apache-arrow";
import { UsageError } from "ostinato";
import { type Bucket, BucketError } from "ostinato/bucket";
import type { KeptTable } from "./kept-table.ts";
import { identifier, literal } from "./literal.ts";
import { ParquetError } from "./parquet-error.ts";
import { isBucket, type TablePlace } from "./place.ts";

/** Files of Parquet that are one table. */
export type TableSource =
  /** A file, or many by a pattern such as `raw/trips-*.parquet`. */
  | string
  | KeptTable
  | { readonly bucket: Bucket; readonly key: string }
  /** All files of the bucket whose keys begin with the prefix and end in `.parquet`. */
  | { readonly bucket: Bucket; readonly prefix: string };

export type TableSources = Readonly<Record<string, TableSource | readonly TableSource[]>>;

export interface TablesOptions {
  /** Where the tables are that tasks have kept in a bucket. */
  readonly in?: TablePlace;
}

/**
 * Opens Parquet files for SQL: each name is a table. Files are read by the names of their columns, so that one which came later, or has another type in
 * one file, is neither left out nor cut; parts of folders such as `month=01` are columns of text. Files of buckets are downloaded first, and removed when it is
 * closed.
 *
 * ```ts
 * import { openTables } from "@ostinato/parquet";
 *
 * await using db = await openTables({ trips: "raw/trips-*.parquet" });
 * const zones = await db.query("SELECT zone, count(*) AS trips FROM trips GROUP BY zone");
 * ```
 */
export async function openTables(sources: TableSources, options: TablesOptions = {}): Promise<SqlDatabase> {
  const files = await localFiles(sources, options);
  const db = database("duckdb:///:memory:");
  const close = async () => {
    await db.close();
    await files.remove();
  };
  try {
    for (const [name, paths] of files.byName) {
      await db.execute(viewOf(name, paths)).catch((cause: unknown) => {
        throw notReadable(paths, cause);
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...db, close, [Symbol.asyncDispose]: close };
}

/** The statement that makes a table of the files. */
function viewOf(name: string, paths: readonly string[]): string {
  const list = paths.map(literal).join(", ");
  const options = "union_by_name = true, hive_types_autocast = false";
  return `CREATE VIEW ${identifier(name)} AS SELECT * FROM read_parquet([${list}], ${options})`;
}

function notReadable(paths: readonly string[], cause: unknown): unknown {
  const message = cause instanceof Error ? cause.message : String(cause);
  const [first = "The query"] = paths;
  const file = paths.find((path) => message.includes(path)) ?? first;
  if (/No files found|No such file/.test(message)) {
    return new ParquetError("PARQUET_NOT_FOUND", file, { message: "is not there. Check the path or the key.", cause });
  }
  return new ParquetError("PARQUET_FAILED", file, { message: `could not be read: ${message}`, cause });
}

/**
 * The rows of a query over Parquet files as a table of Arrow: `readArrow({ trips: "trips.parquet" }, "SELECT fare FROM trips")`. Types that Arrow has no value for
 * are text.
 */
export async function readArrow(sources: TableSources, sql: string, options: TablesOptions = {}): Promise<Table> {
  const files = await localFiles(sources, options);
  try {
    const { arrowTableOf } = await import("./arrow-out.ts");
    const views = [...files.byName].map(([name, paths]) => viewOf(name, paths));
    return await arrowTableOf(views, sql).catch((cause: unknown) => {
      throw notReadable([...files.byName.values()].flat(), cause);
    });
  } finally {
    await files.remove();
  }
}

interface LocalFiles {
  readonly byName: ReadonlyMap<string, readonly string[]>;
  remove(): Promise<void>;
}

async function localFiles(sources: TableSources, options: TablesOptions): Promise<LocalFiles> {
  let folder: string | undefined;
  const downloads = async () => (folder ??= await mkdtemp(join(tmpdir(), "ostinato-parquet-")));
  const remove = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const byName = new Map<string, readonly string[]>();
    for (const [name, given] of Object.entries(sources)) {
      const all: readonly TableSource[] = Array.isArray(given) ? given : [given as TableSource];
      const paths: string[] = [];
      for (const [at, source] of all.entries()) {
        paths.push(
          ...(await filesOf(source, { options, folder: async () => join(await downloads(), `${byName.size}-${at}`) })),
        );
      }
      if (paths.length === 0) throw new UsageError(`The table "${name}" has no files: give at least one.`);
      byName.set(name, paths);
    }
    return { byName, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Downloading {
  readonly options: TablesOptions;
  /** Where the files of this source go. */
  readonly folder: () => Promise<string>;
}

async function filesOf(source: TableSource, { options, folder }: Downloading): Promise<readonly string[]> {
  if (typeof source === "string") return [source];
  if ("tableUrl" in source) return await filesOfKept(source, { options, folder });
  const { bucket } = source;
  if ("key" in source) return [await downloaded(bucket, source.key, await folder())];
  const files: string[] = [];
  for await (const { key } of bucket.list(source.prefix)) {
    if (key.endsWith(".parquet")) files.push(await downloaded(bucket, key, await folder()));
  }
  if (files.length > 0) return files;
  throw new ParquetError("PARQUET_NOT_FOUND", bucket.url(source.prefix), {
    message: "has no file that ends in .parquet. Check the prefix: list() tells which objects there are.",
  });
}

async function filesOfKept(table: KeptTable, { options, folder }: Downloading): Promise<readonly string[]> {
  if (!table.tableUrl.includes("://")) return [table.tableUrl];
  const { in: bucket } = options;
  if (isBucket(bucket) && bucket.url(table.key) === table.tableUrl)
    return [await downloaded(bucket, table.key, await folder())];
  throw new UsageError(`The table ${table.tableUrl} is in a bucket: say which by openTables({ … }, { in: bucket }).`);
}

/** The file's path keeps the folders of its key, whose names may be columns. */
async function downloaded(bucket: Bucket, key: string, folder: string): Promise<string> {
  const safe = key.split("/").map((part) => part.replace(/[^\w=.-]/g, encodeURIComponent));
  const file = join(folder, ...safe);
  try {
    await bucket.download(key, file);
  } catch (cause) {
    if (!(cause instanceof BucketError) || cause.code !== "BUCKET_OBJECT_NOT_FOUND") throw cause;
    throw new ParquetError("PARQUET_NOT_FOUND", bucket.url(key), {
      message: "is not there. Run the task that keeps it again.",
      cause,
    });
  }
  return file;
}
