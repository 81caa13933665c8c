import { AsyncLocalStorage } from "node:async_hooks";
import type { Session } from "../session/session.ts";

/**
 * How a call ended on which others wait: its result is in the cache, it has a result that is not, or it has none and the next waiting call
 * takes its place.
 */
export type LeadEnd = "kept" | "unkept" | "failed";

/** The calls under way by their cache keys, per session. */
const leaders = new WeakMap<Session, Map<string, Lead>>();

/** Keys of the calls around the running code. */
const outerKeys = new AsyncLocalStorage<ReadonlySet<string>>();

/** The call that is computed while equal calls wait. */
export class Lead {
  readonly ended: Promise<LeadEnd>;
  readonly #key: string;
  readonly #others: Map<string, Lead>;
  readonly #ending = Promise.withResolvers<LeadEnd>();

  constructor(key: string, others: Map<string, Lead>) {
    this.#key = key;
    this.#others = others;
    this.ended = this.#ending.promise;
    others.set(key, this);
  }

  /** Calls made by the function do not wait for this call, because it waits for them. */
  around<T>(call: () => T): T {
    return outerKeys.run(new Set(outerKeys.getStore()).add(this.#key), call);
  }

  end(how: LeadEnd): void {
    this.#others.delete(this.#key);
    this.#ending.resolve(how);
  }
}

/**
 * Makes the call the leader of its key, or returns the present leader to wait for. Undefined inside the leader itself: the call then stands
 * alone.
 */
export function leadOrFollow(
  session: Session,
  key: string,
): { readonly lead: Lead } | { readonly follow: Lead } | undefined {
  if (outerKeys.getStore()?.has(key) === true) return undefined;
  const known = leaders.get(session) ?? new Map<string, Lead>();
  leaders.set(session, known);
  const leader = known.get(key);
  return leader === undefined ? { lead: new Lead(key, known) } : { follow: leader };
}
