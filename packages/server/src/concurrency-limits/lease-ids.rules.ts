const versionAt = 14;
/** UUIDs of version 8 are free for meanings of one's own. */
const emptyVersion = "8";

/**
 * Makes of a new id that of a lease on names that have no limits. It holds nothing, so nothing is kept of it, and the id itself says
 * that it may be renewed and given back.
 */
export function emptyLeaseId(id: string): string {
  return `${id.slice(0, versionAt)}${emptyVersion}${id.slice(versionAt + 1)}`;
}

export function isEmptyLease(id: string): boolean {
  return id[versionAt] === emptyVersion;
}
