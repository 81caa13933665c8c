import type { Timestamp } from "@ostinato/core";

/** The SQL types of the columns. Moments and durations are whole microseconds in both databases. */
export interface ColumnTypes {
  readonly uuid: string;
  readonly moment: string;
  readonly integer: string;
  /** A number with a fraction. */
  readonly real: string;
  readonly flag: string;
  /** JSON kept as it was written. */
  readonly json: string;
  /** JSON that queries look into. */
  readonly searchableJson: string;
  /** The key of a table whose rows are numbered in the order of their insertion. No number is given twice. */
  readonly sequence: string;
  /** The id of a transaction. On SQLite, where transactions come one after the other, it is always 0. */
  readonly transaction: string;
  /** The same, filled in with the transaction that inserts the row. */
  readonly ownTransaction: string;
}

export type CellType = keyof ColumnTypes | "text";

/** A value of a row as both drivers take it; JSON as text. */
export type CellValue = string | number | null;

/**
 * A column as both databases have it. Moments are whole microseconds, JSON is text (read with `readJson`, written with
 * `writeJson`), flags are 0 or 1, durations are microseconds.
 */
export interface Column<Value> {
  readonly type: CellType;
  readonly nullable: boolean;
  /** Never there: it carries the type of the values. */
  readonly value?: Value;
}

export type Columns = Readonly<Record<string, Column<unknown>>>;

/** A row of a table with these columns. */
export type RowOf<C extends Columns> = { readonly [K in keyof C]: C[K] extends Column<infer Value> ? Value : never };

export type JsonText = string;
/** The drivers' types: a number on SQLite, a string on PostgreSQL. */
export type TransactionId = number | string;
export type Flag = 0 | 1;

export const uuid = column<string>("uuid");
export const text = column<string>("text");
export const moment = column<Timestamp>("moment");
/** A duration in microseconds. */
export const micros = column<number>("moment");
export const integer = column<number>("integer");
/** A whole number that may exceed 32 bits. */
export const wideInteger = column<number>("moment");
export const transaction = column<TransactionId>("transaction");
export const real = column<number>("real");
export const flag = column<Flag>("flag");
export const json = column<JsonText>("json");
export const searchableJson = column<JsonText>("searchableJson");

/** A text that is one of a few words. */
export function word<Words extends string>(): Column<Words> {
  return { type: "text", nullable: false };
}

export function nullable<Value>({ type }: Column<Value>): Column<Value | null> {
  return { type, nullable: true };
}

/** The types of columns by their names, as `insertRows` takes them. Made once for each statement: it keeps texts by this object. */
export function columnTypes<C extends Columns>(columns: C): { readonly [K in keyof C & string]: CellType } {
  const types = Object.entries(columns).map(([name, { type }]) => [name, type]);
  return Object.fromEntries(types) as { readonly [K in keyof C & string]: CellType };
}

function column<Value>(type: CellType): Column<Value> {
  return { type, nullable: false };
}
