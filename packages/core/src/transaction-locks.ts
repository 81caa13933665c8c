const prefix = "transaction:";

/** The lock of a transaction's key is the only slot of the limit with this name. */
export function lockOfTransaction(key: string): string {
  return `${prefix}${key}`;
}

/** The key whose lock the limit is; undefined for any other limit. */
export function keyOfLock(limitName: string): string | undefined {
  return limitName.startsWith(prefix) ? limitName.slice(prefix.length) : undefined;
}
