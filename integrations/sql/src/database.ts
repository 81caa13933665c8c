import type { ParameterSchema, ParametersOut } from "ostinato";
import type { Parameters } from "./parameters.ts";

/** A value of a column or of a parameter may be a string, a number, a bigint, a boolean, a Date, bytes or null. */
export interface SqlSession {
  /**
   * The rows of a statement. `:name` in the statement takes the parameter of that name. Rejects with a {@link DatabaseError}.
   *
   * Whole numbers are numbers, and bigints beyond 2^53. Decimals, dates, times and moments are text with all of their digits: a moment is
   * `2026-01-31T12:00:00.123456Z`. With a schema each row is what the schema makes of it, which may ask for `z.date()`.
   */
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: Parameters,
    options?: QueryOptions,
  ): Promise<readonly Row[]>;
  query<S extends ParameterSchema>(
    sql: string,
    parameters: Parameters | undefined,
    options: QueryOptions & { readonly schema: S },
  ): Promise<readonly ParametersOut<S>[]>;
  /** Rows as they arrive, however many. Leaving the loop ends the statement. */
  stream<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: Parameters,
    options?: StreamOptions,
  ): AsyncIterable<Row>;
  stream<S extends ParameterSchema>(
    sql: string,
    parameters: Parameters | undefined,
    options: StreamOptions & { readonly schema: S },
  ): AsyncIterable<ParametersOut<S>>;
  /** Carries out a statement. Gives how many rows it wrote, where the database counts them. */
  execute(sql: string, parameters?: Parameters, options?: QueryOptions): Promise<number>;
  /** Puts rows into a table, all or none: by COPY in PostgreSQL. Gives how many. */
  load(table: string, rows: Rows, options?: LoadOptions): Promise<number>;
}

/** Records by column, of which few are in memory where they come one by one. */
export type Rows = Iterable<Readonly<Record<string, unknown>>> | AsyncIterable<Readonly<Record<string, unknown>>>;

/** A database, as its block gives it. Connections are made when they are needed, and shared by the tasks of the program. */
export interface SqlDatabase extends SqlSession, AsyncDisposable {
  /** The database without its password: `postgresql://app@db.example:5432/shop`. */
  readonly url: string;
  /**
   * Runs the function in one transaction, which is kept when the function returns, and rolled back when it throws. Rejects where the database
   * has kept nothing, also where the function has caught the error of a statement that PostgreSQL ends a transaction for.
   */
  transaction<Result>(work: (transaction: SqlSession) => Promise<Result>): Promise<Result>;
  /** Closes the connections. A program ends without it. */
  close(): Promise<void>;
}

export interface QueryOptions {
  /** What each row becomes: a schema of any library that supports Standard Schema, or a TypeBox type. */
  readonly schema?: ParameterSchema;
  /** The database stops the statement then. SQLite can't. */
  readonly timeoutSeconds?: number;
}

export interface StreamOptions extends QueryOptions {
  /** Rows that are asked for at a time; 1,000 unless given. */
  readonly batchRows?: number;
}

export interface LoadOptions {
  /** The columns to fill; those of the first row unless given. */
  readonly columns?: readonly string[];
  /** Rows that are in memory at a time; 5,000 unless given. */
  readonly batchRows?: number;
}
