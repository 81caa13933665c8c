/**
 * A row by the names of its columns. Whole numbers beyond 2^53 are `bigint`, `TIMESTAMP` is a `Date`, `BYTES` is bytes, and `NUMERIC`, `DATE`, `TIME`,
 * `DATETIME`, `GEOGRAPHY` and `INTERVAL` are text as BigQuery writes them.
 */
export type Row = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  /** Values for `@name`, or for each `?` in a list. */
  readonly params?: readonly unknown[] | Readonly<Record<string, unknown>>;
  /** The types of parameters that are null or empty lists, which don't tell theirs: `{ since: "TIMESTAMP" }`. */
  readonly types?: readonly string[] | Readonly<Record<string, string>>;
  /** Where the data is, such as `EU`. BigQuery finds it by the tables unless given. */
  readonly location?: string;
  /** A query that would read more fails and costs nothing. */
  readonly maxBytesBilled?: number;
}

export type LoadFormat = "CSV" | "NEWLINE_DELIMITED_JSON" | "PARQUET" | "AVRO" | "ORC";

export interface LoadOptions {
  /** Columns with their types, `"day:DATE, fare:FLOAT"`; those of the table, or what BigQuery makes of the data, unless given. */
  readonly schema?: string;
  /** What becomes of rows that are there: they stay, go, or are an error. `append` unless given. */
  readonly mode?: "append" | "replace" | "fail";
  readonly location?: string;
}

/** Files of a bucket, which BigQuery reads by itself: `gs://lake/2024/*.parquet`. */
export interface LoadedFiles {
  readonly files: string | readonly string[];
  readonly format: LoadFormat;
}

/** Each call rejects with a `BigQueryError`. */
export interface BigQueryClient {
  query<R = Row>(sql: string, options?: QueryOptions): Promise<readonly R[]>;
  /** The rows as they arrive, for results that don't fit into memory. */
  stream<R = Row>(sql: string, options?: QueryOptions): AsyncIterable<R>;
  /** Adds rows to a table, `dataset.table`, in one job: all of them or none. Gives how many. */
  load(
    table: string,
    rows: Iterable<Row> | AsyncIterable<Row> | LoadedFiles,
    options?: LoadOptions,
  ): Promise<{ readonly rows: number }>;
}
