import type { CellType, CellValue } from "./columns.ts";
import type { Tables } from "./tables.ts";

/**
 * A way to change a row that a server remembers, where it is still as it was. The server decides in memory, and the change and
 * all rows that it adds are one statement.
 */
export interface KnownChangeKind {
  readonly table: keyof Tables;
  /** The columns that are set, with their types. */
  readonly columns: Readonly<Record<string, CellType>>;
  /** Another row that must be as it is remembered too, by the column that refers to it. */
  readonly beside: { readonly table: keyof Tables; readonly column: string };
  /** Each change adds a row to this table, whose id tells later whether the change was kept. */
  readonly proof: keyof Tables;
}

export interface KnownChange {
  readonly kind: KnownChangeKind;
  readonly id: string;
  readonly versions: RowVersions;
  /** The new values. */
  readonly set: Readonly<Record<string, CellValue>>;
  readonly proofId: string;
  /** Called with the new version of the row when the change is durable; not called where that can't be known. */
  readonly done: (version: string) => void;
}

/** Versions as `Sql.version` gives them. */
export interface RowVersions {
  readonly row: string;
  readonly beside: string;
}

/** The row is not as it is remembered, or the unit needs more than one statement. Nothing was kept: read the row, and decide anew. */
export class NotInOneStatement extends Error {
  override readonly name = "NotInOneStatement";
}
