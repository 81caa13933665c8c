import { isUuid } from "@ostinato/core";
import { refused } from "../../kernel/errors.ts";

/** The end of a page of a list: the value that the list is sorted by, and the id of the last row. */
export interface Position {
  readonly value: string | number | null;
  readonly id: string;
}

/** Writes an opaque cursor with the name of its order, because it is meaningless in another one. */
export function writeCursor(order: string, { value, id }: Position): string {
  return Buffer.from(JSON.stringify([order, value, id])).toString("base64url");
}

export function readCursor(order: string, cursor: string | null | undefined): Position | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [cursorOrder, value, id] = decode(cursor);
  const isValue = value === null || typeof value === "string" || Number.isSafeInteger(value);
  if (cursorOrder !== order || !isValue || typeof id !== "string" || !isUuid(id)) {
    throw refused("CURSOR_REFUSED", "The cursor is not one of this list in this order. Start at the first page again.");
  }
  return { value: value as Position["value"], id };
}

function decode(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
