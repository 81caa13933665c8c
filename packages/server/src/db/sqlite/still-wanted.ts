import type { DatabaseSync } from "node:sqlite";

/**
 * SQLite has no time limit, and `node:sqlite` no way to interrupt a statement from another thread. So statements that may take
 * long ask a function of ours now and then, which ends them by throwing.
 */
export function stillWanted(database: DatabaseSync, isWanted: () => boolean): void {
  database.function("still_wanted", () => {
    if (!isWanted()) throw new Error("Nobody waits for this any more");
    return 1;
  });
}
