import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseError, type Rows, type SqlDatabase } from "@ostinato/sql";
import type { Table } from "apache-arrow";
import { describeFile, type KeptTable } from "./kept-table.ts";
import { identifier, literal } from "./literal.ts";
import { ParquetError } from "./parquet-error.ts";
import { type FilePlace, filePlace, isBucket, scratchFolder } from "./place.ts";
import { writeRowsFile } from "./rows-file.ts";
import { openTables, type TableSources, type TablesOptions } from "./tables.ts";

/** The content of a table: the rows of a query over other tables, or rows of the program. */
export type TableContent =
  | {
      /** A query in DuckDB's SQL. */
      readonly sql: string;
      /** Tables that the query names. */
      readonly tables?: TableSources;
    }
  | {
      /** Records, which may come one by one. */
      readonly rows: Rows;
      /** Types of columns in DuckDB's words, where the values do not say them: `{ fare: "DECIMAL(10,2)" }`. */
      readonly types?: Readonly<Record<string, string>>;
    }
  | {
      /** A table of Arrow, such as another library gives. */
      readonly arrow: Table;
    };

/**
 * Writes a table as Parquet into a folder or a bucket, where it appears whole or not at all, and replaces what the key has. Rejects with a {@link ParquetError}
 * that names the column, where the table has a type that Parquet lacks.
 *
 * ```ts
 * import { writeTable } from "@ostinato/parquet";
 *
 * await writeTable("days.parquet", { rows: [{ day: "2026-01-31", trips: 3 }] }, { in: "data" });
 * ```
 */
export async function writeTable(key: string, content: TableContent, options: TablesOptions = {}): Promise<KeptTable> {
  return await writeAt(filePlace(key, options.in), content, options);
}

export async function writeAt(place: FilePlace, content: TableContent, options: TablesOptions): Promise<KeptTable> {
  const scratch = join(await scratchFolder(place, isBucket(options.in)), `.${randomUUID()}`);
  const files = { parquet: `${scratch}.parquet`, rows: `${scratch}.jsonl` };
  try {
    await using db = await openTables("sql" in content ? (content.tables ?? {}) : {}, options);
    await writeFileFor(place, content, { files, db });
    const table = await describeFile(db, files.parquet, place);
    await place.take(files.parquet);
    return table;
  } finally {
    await Promise.all(Object.values(files).map((file) => rm(file, { force: true })));
  }
}

interface Writing {
  readonly files: { readonly parquet: string; readonly rows: string };
  readonly db: SqlDatabase;
}

async function writeFileFor({ url }: FilePlace, content: TableContent, { files, db }: Writing): Promise<void> {
  if ("sql" in content) return await copy(db, { sql: content.sql, file: files.parquet, url });
  const { rows, types: known = {} } = "arrow" in content ? await rowsOfArrow(content.arrow, url) : content;
  const { types } = await writeRowsFile({ file: files.rows, rows, types: known, url });
  const columns = [...types]
    .map(([name, type]) => `${literal(name)}: ${literal(type === "BLOB" ? "VARCHAR" : type)}`)
    .join(", ");
  const bytes = [...types].filter(([, type]) => type === "BLOB").map(([name]) => identifier(name));
  const decoded =
    bytes.length === 0 ? "" : ` REPLACE (${bytes.map((name) => `from_base64(${name}) AS ${name}`).join(", ")})`;
  const sql = `SELECT *${decoded} FROM read_json(${literal(files.rows)}, format = 'newline_delimited', columns = {${columns}})`;
  await copy(db, { sql, file: files.parquet, url });
}

async function rowsOfArrow(table: Table, url: string): Promise<Extract<TableContent, { readonly rows: unknown }>> {
  const { ArrowTypeMissing, arrowRows } = await import("./arrow-in.ts");
  try {
    const { rows, types } = arrowRows(table);
    return { rows: rows(), types };
  } catch (cause) {
    if (!(cause instanceof ArrowTypeMissing)) throw cause;
    const { column, message } = cause;
    const told = `cannot be kept: the column "${column}" is ${message}, which Parquet lacks. Convert the column before.`;
    throw new ParquetError("PARQUET_TYPE_MISSING", url, { message: told, column, cause });
  }
}

interface Copying {
  readonly sql: string;
  readonly file: string;
  /** For errors. */
  readonly url: string;
}

async function copy(db: SqlDatabase, { sql, file, url }: Copying): Promise<void> {
  try {
    const columns = await db.query<{ column_name: string; column_type: string }>(`DESCRIBE ${sql}`);
    refuseMissingTypes(columns, url);
    await db.execute(`COPY (${sql}) TO ${literal(file)} (FORMAT parquet)`);
    await refuseInfinite(db, { file, url });
  } catch (cause) {
    if (!(cause instanceof DatabaseError)) throw cause;
    const message = cause.message.slice(`${cause.database}: `.length);
    throw new ParquetError("PARQUET_FAILED", url, { message: `could not be written: ${message}`, cause });
  }
}

type Described = readonly { readonly column_name: string; readonly column_type: string }[];

/** What DuckDB would write as another type, and what to write instead. The name of a field is followed by a blank, and a type is not. */
const missing: readonly (readonly [type: RegExp, advice: string])[] = [
  [/\bU?HUGEINT(?=[,)[]|$)/, "Parquet would round it: write it as ::BIGINT or ::DECIMAL(38,0), as in sum(x)::BIGINT."],
  [/\bBIGNUM(?=[,)[]|$)/, "Write it as ::VARCHAR or ::DECIMAL(38,0)."],
  [/\bUNION\(/, "Write its members as columns of their own."],
  [/\bINTERVAL(?=[,)[]|$)/, "Parquet would cut its microseconds: write it as seconds, epoch(x), or as ::VARCHAR."],
  [/\bBIT(?=[,)[]|$)/, "Write it as ::VARCHAR."],
  [/\bTIME WITH TIME ZONE\b/, "Parquet would lose its zone: write it as ::TIME or ::VARCHAR."],
  [/\bVARIANT(?=[,)[]|$)/, "Write it as ::JSON."],
];

function refuseMissingTypes(columns: Described, url: string): void {
  const twice = columns.find(
    ({ column_name }, at) => columns.findIndex((other) => other.column_name === column_name) !== at,
  );
  if (twice !== undefined) {
    const message = `cannot be kept: two columns are named "${twice.column_name}". Give one of them another name by AS.`;
    throw new ParquetError("PARQUET_VALUE_REFUSED", url, { message, column: twice.column_name });
  }
  for (const { column_name: column, column_type: type } of columns) {
    // Names of fields stand in the type too.
    const bare = type.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, "");
    const found = missing.find(([pattern]) => pattern.test(bare));
    if (found === undefined) continue;
    const message = `cannot be kept: the column "${column}" is ${type}, which Parquet lacks. ${found[1]}`;
    throw new ParquetError("PARQUET_TYPE_MISSING", url, { message, column });
  }
}

/** Other readers take an infinite date for one far away, and some fail. The file's own statistics name it, also within lists and structs. */
async function refuseInfinite(
  db: SqlDatabase,
  { file, url }: { readonly file: string; readonly url: string },
): Promise<void> {
  const [found] = await db.query<{ path: string }>(
    `SELECT path_in_schema AS path FROM parquet_metadata(${literal(file)}) WHERE type IN ('INT32', 'INT64')
     AND (stats_min_value IN ('infinity', '-infinity') OR stats_max_value IN ('infinity', '-infinity')) LIMIT 1`,
  );
  if (found === undefined) return;
  const [column = found.path] = found.path.split(", ");
  const message = `cannot be kept: the column "${column}" has an infinite date, which Parquet lacks. Write it as NULL, or as a date.`;
  throw new ParquetError("PARQUET_VALUE_REFUSED", url, { message, column });
}
