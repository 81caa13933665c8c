import { stat } from "node:fs/promises";
import type { SqlDatabase } from "@ostinato/sql";
import { literal } from "./literal.ts";

/** A column of a table, with its type in DuckDB's words: `BIGINT`, `DECIMAL(10,2)`, `VARCHAR[]`. */
export interface KeptColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * A table that is kept as Parquet, as a task returns it: a record that costs little to pass on. The page of the run shows it as a table with types.
 */
export interface KeptTable {
  /** Where it is: `s3://lake/checkpoints/trips-3f0c….parquet`, or the path of a file. */
  readonly tableUrl: string;
  /** Its key in its bucket, or the path of the file. */
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly KeptColumn[];
  /** The first rows, for the page: values that JSON lacks are text. */
  readonly head: readonly (readonly unknown[])[];
}

const headRows = 20;

/** What the file says of itself, for the table that it is or will be at `place`. */
export async function describeFile(
  db: SqlDatabase,
  file: string,
  place: { readonly url: string; readonly key: string },
): Promise<KeptTable> {
  const source = `read_parquet(${literal(file)})`;
  const columns = await db.query<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${source}`);
  const [count] = await db.query<{ rows: number }>(
    `SELECT sum(num_rows)::BIGINT AS rows FROM parquet_file_metadata(${literal(file)})`,
  );
  const head = await db.query(`SELECT * FROM ${source} LIMIT ${headRows}`);
  const names = columns.map(({ column_name }) => column_name);
  return {
    tableUrl: place.url,
    key: place.key,
    rows: count?.rows ?? 0,
    bytes: (await stat(file)).size,
    columns: columns.map(({ column_name, column_type }) => ({ name: column_name, type: column_type })),
    head: head.map((row) => names.map((name) => shown(row[name]))),
  };
}

function shown(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return shown(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shown(part)]));
}
