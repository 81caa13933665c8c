import type { Explanation } from "./database-error.ts";

export type Row = Record<string, unknown>;

/** One statement in the words of its database. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The database stops it then. */
  readonly timeoutSeconds?: number | undefined;
}

export interface Outcome {
  readonly rows: readonly Row[];
  /** How many rows a statement has written; 0 where it wrote none. */
  readonly changed: number;
}

/** Rows to put into a table. */
export interface Loading {
  /** The name as it is written in SQL, with its schema where it has one. */
  readonly table: readonly string[];
  readonly columns: readonly string[];
  /** Lists of values that are bound already, in the order of the columns. */
  readonly batches: AsyncIterable<readonly (readonly unknown[])[]>;
}

/** One connection, which one caller has at a time. Errors are the driver's own. */
export interface Connection {
  run(statement: Statement): Promise<Outcome>;
  /** Rows in batches of about `batchRows`; no more than a few batches are in memory. */
  stream(statement: Statement, batchRows: number): AsyncIterable<readonly Row[]>;
  load(loading: Loading): Promise<void>;
  begin(): Promise<void>;
  /** Rejects unless all is kept. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Gives the connection back. A broken one is closed. */
  release(isBroken: boolean): Promise<void>;
}

/** How a database takes what programs give. */
export interface Dialect {
  /** The mark of a parameter by its position from 1. */
  mark(position: number): string;
  /** Whether a parameter that is used twice is sent twice. */
  readonly repeatsValues: boolean;
  /** Whether a backslash in a string hides what follows. */
  readonly hasBackslashEscapes: boolean;
  quote(name: string): string;
  /** What the driver binds for a value; undefined where the database has no such value. */
  bind(value: BoundInput): unknown;
}

/** Values that may be bound: others are refused before. */
export type BoundInput = string | number | bigint | boolean | Date | Uint8Array | readonly unknown[];

export interface Engine {
  readonly dialect: Dialect;
  connect(): Promise<Connection>;
  explain(error: unknown): Explanation;
  /** Whether the connection is gone with the error, so that nobody knows what became of its statement. */
  isConnectionLost(error: unknown): boolean;
  close(): Promise<void>;
}
