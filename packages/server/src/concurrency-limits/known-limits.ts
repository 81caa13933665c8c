/** So many names, and so many leases, are remembered: the latest. */
const maxRemembered = 10_000;

/**
 * The limits of names and leases that this server has met lately. It only says which calls are about the same limits, and saves a read for
 * each of them: whoever decides looks at the database. So it may be out of date, where a limit was deleted or another server ended a lease.
 */
export class KnownLimits {
  readonly #idsByName = new Map<string, string>();
  readonly #idsByLease = new Map<string, readonly string[]>();

  /** The ids of the limits of all these names, in order; undefined where one name is not known. */
  ofNames(names: readonly string[]): readonly string[] | undefined {
    const ids = names.flatMap((name) => this.#idsByName.get(name) ?? []);
    return ids.length === names.length ? ids.toSorted() : undefined;
  }

  rememberNames(limits: readonly { readonly id: string; readonly name: string }[]): void {
    for (const { id, name } of limits) remember(this.#idsByName, name, id);
  }

  rememberLease(leaseId: string, limitIds: readonly string[]): void {
    if (limitIds.length > 0) remember(this.#idsByLease, leaseId, limitIds);
  }

  /** The limits of the lease, which is about to end; undefined where it is not known. */
  forgetLease(leaseId: string): readonly string[] | undefined {
    const ids = this.#idsByLease.get(leaseId);
    this.#idsByLease.delete(leaseId);
    return ids;
  }
}

function remember<V>(values: Map<string, V>, key: string, value: V): void {
  values.set(key, value);
  if (values.size <= maxRemembered) return;
  for (const oldest of values.keys()) {
    values.delete(oldest);
    return;
  }
}
