const settings = /^\s*(?:set|reset|begin|start|lock|listen|prepare|declare|use|create\s+(?:\w+\s+)*temp(?:orary)?)\b/i;
const locks = /\b(?:pg_(?:try_)?advisory_lock|set_config|get_lock)\b/i;

/**
 * Whether a statement leaves something in its connection: settings, temporary tables, locks. The next caller would find it, so that the connection is
 * not used again.
 */
export function leavesState(statement: string): boolean {
  return settings.test(statement) || locks.test(statement);
}
