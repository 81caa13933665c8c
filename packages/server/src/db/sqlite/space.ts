import type { DatabaseSync } from "node:sqlite";

/** Pages that stay free for new rows: a file that shrank to the last page would grow again at once. */
const minSparePages = 256;
const spareShare = 0.05;

/** Free pages that are more than the file needs in reserve. 0 for a file that can't shrink. */
export function sparePages(database: DatabaseSync): number {
  const incremental = 2;
  if (pragma(database, "auto_vacuum") !== incremental) return 0;
  const reserve = Math.max(minSparePages, Math.floor(pragma(database, "page_count") * spareShare));
  return Math.max(0, pragma(database, "freelist_count") - reserve);
}

/** Truncates free pages at the end of the file, at most so many, and returns the bytes. Call it in a transaction. */
export function giveBackPages(database: DatabaseSync, maxPages: number): number {
  const before = pragma(database, "page_count");
  const pages = Math.min(maxPages, sparePages(database));
  // `incremental_vacuum(0)` would mean all of them.
  if (pages > 0) database.exec(`PRAGMA incremental_vacuum(${pages})`);
  return (before - pragma(database, "page_count")) * pragma(database, "page_size");
}

function pragma(database: DatabaseSync, name: "auto_vacuum" | "page_count" | "page_size" | "freelist_count"): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}
