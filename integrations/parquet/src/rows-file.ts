import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Rows } from "@ostinato/sql";
import { MixedTypes, merged, type Seen, seenIn, typeOf } from "./column-types.ts";
import { ParquetError } from "./parquet-error.ts";

/** Rows in a file of JSON lines, and the types that they have all together. */
export interface RowsFile {
  readonly file: string;
  /** DuckDB's types by column, in the order in which the columns came. */
  readonly types: ReadonlyMap<string, string>;
}

interface RowsFileOptions {
  readonly file: string;
  readonly rows: Rows;
  /** Types that are given and not found out. */
  readonly types: Readonly<Record<string, string>>;
  /** Where the table is to be, for errors. */
  readonly url: string;
}

/** Part of the language since 2025, which the compiler's library does not know yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

const batchCharacters = 256 * 1024;

/** Writes rows as they come, so that few are in memory. */
export async function writeRowsFile(options: RowsFileOptions): Promise<RowsFile> {
  const nested = Object.entries(options.types).find(([, type]) => type !== "BLOB" && /\bBLOB\b/i.test(type));
  if (nested !== undefined) {
    throw new ParquetError("PARQUET_TYPE_MISSING", options.url, {
      message: `cannot be kept: the column "${nested[0]}" is ${nested[1]}. Bytes are kept in columns of their own alone, as BLOB.`,
      column: nested[0],
    });
  }
  const seen = new Map<string, Seen>(Object.keys(options.types).map((name) => [name, { kind: "nothing" }]));
  await pipeline(
    Readable.from(lines(options, seen), { objectMode: true, highWaterMark: 2 }),
    createWriteStream(options.file),
  );
  const types = new Map([...seen].map(([name, each]) => [name, options.types[name] ?? typeOf(each)]));
  if (types.size > 0) return { file: options.file, types };
  throw new ParquetError("PARQUET_VALUE_REFUSED", options.url, {
    message: 'cannot be kept: there are no rows, so nobody knows the columns. Give types, as { id: "BIGINT" }.',
  });
}

async function* lines({ rows, url, types }: RowsFileOptions, seen: Map<string, Seen>): AsyncGenerator<string> {
  let count = 0;
  let batch = "";
  for await (const row of rows) {
    count += 1;
    for (const [name, value] of Object.entries(row)) look({ name, value, count, url, isGiven: name in types }, seen);
    batch += `${JSON.stringify(row, written)}\n`;
    if (batch.length < batchCharacters) continue;
    yield batch;
    batch = "";
  }
  yield batch;
}

interface Cell {
  readonly name: string;
  readonly value: unknown;
  readonly count: number;
  readonly url: string;
  readonly isGiven: boolean;
}

function look({ name, value, count, url, isGiven }: Cell, seen: Map<string, Seen>): void {
  if (isGiven) return;
  const before = seen.get(name) ?? { kind: "nothing" };
  try {
    const found = seenIn(value);
    if (!seen.has(name) || found.kind !== before.kind || !isScalar(found)) seen.set(name, merged(before, found));
  } catch (cause) {
    const what =
      cause instanceof MixedTypes
        ? `has ${cause.message} in the column "${name}", the latter first in row ${count}. Give the column one type, or say it in types.`
        : `has ${(cause as Error).message}, in row ${count} of the column "${name}". Write it as a text or a number.`;
    throw new ParquetError(cause instanceof MixedTypes ? "PARQUET_VALUE_REFUSED" : "PARQUET_TYPE_MISSING", url, {
      message: `cannot be kept: it ${what}`,
      column: name,
      cause,
    });
  }
}

function isScalar({ kind }: Seen): boolean {
  return kind !== "list" && kind !== "map" && kind !== "record";
}

/** Values in JSON as DuckDB reads them for the types that they have. `this` has the value before its `toJSON`. */
function written(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Readonly<Record<string, unknown>>)[key];
  if (typeof given === "bigint") return rawJSON(String(given));
  if (typeof given === "number" && !Number.isFinite(given)) return String(given);
  if (given instanceof Uint8Array)
    return Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString("base64");
  if (given instanceof Map) return Object.fromEntries(given);
  return value;
}
