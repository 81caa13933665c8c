/**
 * The levels of access. An operation names the level that it needs, and each level includes those before it:
 *
 * - `public`: anybody, without authentication;
 * - `read`: read all data;
 * - `run`: run flows: create flows and runs, report their states, logs, events, artifacts and results, cancel and resume them;
 * - `edit`: change and delete the data of others;
 * - `admin`: manage the server and its database.
 */
export const accessLevels = ["public", "read", "run", "edit", "admin"] as const;
export type Access = (typeof accessLevels)[number];

/** Whether the granted level includes the needed one. */
export function includesAccess(granted: Access, needed: Access): boolean {
  return accessLevels.indexOf(granted) >= accessLevels.indexOf(needed);
}
