import { createQueryId, createRawBuilder, type RawBuilder, type RawNode } from "kysely";
import type { Reader, Sql, SqlDialect } from "./dialect.ts";

/**
 * SQL for whichever database runs the query: each part is written when the query is compiled, by the compiler of that database.
 * So neither a query nor a part of one has to know the database.
 */
export const portable: Sql = {
  contains: (column, text) => writtenBy((dialect) => dialect.contains(column, text)),
  holdsAll: (column, values) => writtenBy((dialect) => dialect.holdsAll(column, values)),
  holdsAny: (column, values) => writtenBy((dialect) => dialect.holdsAny(column, values)),
  isEmptyArray: (column) => writtenBy((dialect) => dialect.isEmptyArray(column)),
  elementsOf: (column, alias) => writtenBy((dialect) => dialect.elementsOf(column, alias)),
  whileWanted: (table) => writtenBy((dialect) => dialect.whileWanted(table)),
  jsonField: (column, key) => writtenBy((dialect) => dialect.jsonField(column, key)),
  jsonFieldBefore: (column, key, text) => writtenBy((dialect) => dialect.jsonFieldBefore(column, key, text)),
  rowsOf: (json, columns) => writtenBy((dialect) => dialect.rowsOf(json, columns)),
  rowLock: (table) => writtenBy((dialect) => dialect.rowLock(table)),
  sharedRowLock: (table) => writtenBy((dialect) => dialect.sharedRowLock(table)),
  version: (table) => writtenBy((dialect) => dialect.version(table)),
  ownVersion: () => writtenBy((dialect) => dialect.ownVersion()),
  tryLock: (number) => writtenBy((dialect) => dialect.tryLock(number)),
  freeRowLock: (table) => writtenBy((dialect) => dialect.freeRowLock(table)),
  isSettled: (column) => writtenBy((dialect) => dialect.isSettled(column)),
  isAfter: (table, other) => writtenBy((dialect) => dialect.isAfter(table, other)),
  isForeign: (column) => writtenBy((dialect) => dialect.isForeign(column)),
};

/** A table with a column `id`, for queries that look for many ids. */
export function idRows(ids: readonly string[]): RawBuilder<unknown> {
  return portable.rowsOf(idsText(ids), { id: "uuid" });
}

/** The same ids as JSON, for a prepared query that has a slot for them. */
export function idsText(ids: readonly string[]): string {
  return JSON.stringify(ids.map((id) => ({ id })));
}

function writtenBy<T>(write: Write<T>): RawBuilder<T> {
  return createRawBuilder<T>({ queryId: createQueryId(), rawNode: new PortableNode(write) });
}

type Write<T> = (dialect: Sql) => RawBuilder<T>;

/** A part of a query that the compiler of a database writes in its own dialect. */
class PortableNode implements RawNode {
  readonly kind = "RawNode";
  readonly parameters = [];
  readonly write: Write<unknown>;

  constructor(write: Write<unknown>) {
    this.write = write;
  }

  /** Any other compiler would leave the part out, and with it a condition. */
  get sqlFragments(): never {
    throw new Error("Portable SQL is compiled by the compilers of the two databases, which know their dialects");
  }
}

/** The node as a compiler of Kysely takes it. */
export function nodeIn(dialect: Sql, node: RawNode): RawNode {
  return node instanceof PortableNode ? (node.write(dialect).toOperationNode() as RawNode) : node;
}

/** What Kysely carries along with every reader and writer of a database. */
export interface AdapterOfDialect {
  readonly dialect: SqlDialect;
}

export function dialectOf(reader: Reader): SqlDialect {
  // Readers and writers are made by `sqlite/kysely.ts` and `postgres/kysely.ts` alone.
  return (reader.getExecutor().adapter as unknown as AdapterOfDialect).dialect;
}
