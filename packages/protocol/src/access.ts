/**
 * How much somebody is allowed to do. An operation names the level that it takes, and each level includes those before it:
 *
 * - `public`: anybody, also without saying who they are;
 * - `read`: look at everything that is kept;
 * - `run`: run flows: create flows and runs, report their states, logs, events, artifacts and results, cancel and resume them;
 * - `edit`: change and delete what others have made;
 * - `admin`: manage the server and its database.
 */
export const accessLevels = ["public", "read", "run", "edit", "admin"] as const;
export type Access = (typeof accessLevels)[number];

/** Whether the granted level includes the needed one. */
export function includesAccess(granted: Access, needed: Access): boolean {
  return accessLevels.indexOf(granted) >= accessLevels.indexOf(needed);
}
