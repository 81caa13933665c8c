import type { CellType, CellValue } from "./columns.ts";
import type { Tables } from "./tables.ts";

/**
 * Describes a change of rows that a server remembers. The server decides about a row in memory. One statement then changes the
 * row, if nobody else has changed it since, and adds the rows that belong to the change.
 */
export interface KnownChangeKind {
  readonly table: keyof Tables;
  /** The columns that change, with their types. */
  readonly columns: Readonly<Record<string, CellType>>;
  /** The columns that refer to further rows, which must be unchanged too, and the tables of those rows. */
  readonly beside: readonly { readonly table: keyof Tables; readonly column: string }[];
  /** The table to which each change adds a row. The id of that row tells later whether the change was committed. */
  readonly proof: keyof Tables;
}

export interface KnownChange {
  readonly kind: KnownChangeKind;
  readonly id: string;
  /** The remembered versions. */
  readonly versions: RowVersions;
  /** The new values. */
  readonly set: Readonly<Record<string, CellValue>>;
  readonly proofId: string;
  /** Is called with the new version of the row when the change is durable. Is not called if the answer was lost. */
  readonly done: (version: string) => void;
}

/** The versions of the row and of the further rows, as `Sql.version` reads them. */
export interface RowVersions {
  readonly row: string;
  /** In the order of `KnownChangeKind.beside`. */
  readonly beside: readonly string[];
}

/**
 * Somebody else has changed the row, or the unit needs more than one statement. Nothing was written: read the row and decide
 * again.
 */
export class NotInOneStatement extends Error {
  override readonly name = "NotInOneStatement";
}
