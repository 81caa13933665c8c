import type { BodyOf, commitTransaction } from "@ostinato/protocol";
import type { Lease } from "../limits/lease.ts";
import type { KeptInTransaction } from "./enclosing.ts";

type CommittedKey = BodyOf<typeof commitTransaction>["keys"][number];
type CachedResult = BodyOf<typeof commitTransaction>["cached"][number];

/** The lock of a key. */
export interface HeldLock {
  readonly key: string;
  readonly lease: Lease;
}

/** What a transaction leaves on the server when it is committed, and what must not be used again when it is rolled back. */
export class Effects {
  readonly keys: CommittedKey[] = [];
  readonly cached: CachedResult[] = [];
  readonly locks: HeldLock[] = [];
  readonly resultIds: string[] = [];
  readonly flowRunIds: string[] = [];

  keep(kept: KeptInTransaction): void {
    if ("flowRunId" in kept) {
      this.flowRunIds.push(kept.flowRunId);
      return;
    }
    const { resultId: result_id, cached } = kept;
    this.resultIds.push(result_id);
    if (cached !== undefined)
      this.cached.push({ result_id, cache_key: cached.cacheKey, expires: cached.expires ?? null });
  }

  /** Takes over what another one has. */
  adopt(other: Effects): void {
    for (const key of other.keys.splice(0)) this.keys.push(key);
    for (const cached of other.cached.splice(0)) this.cached.push(cached);
    for (const lock of other.locks.splice(0)) this.locks.push(lock);
    for (const id of other.resultIds.splice(0)) this.resultIds.push(id);
    for (const id of other.flowRunIds.splice(0)) this.flowRunIds.push(id);
  }

  get haveResults(): boolean {
    return this.resultIds.length > 0 || this.flowRunIds.length > 0;
  }
}
