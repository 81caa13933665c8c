import { AsyncLocalStorage } from "node:async_hooks";
import type { Session } from "../session/session.ts";

/**
 * How a call that others wait for ended: its result is in the cache; it has one that is not; or it has none, and the next of
 * the others takes its place.
 */
export type LeadEnd = "kept" | "unkept" | "failed";

/** The calls under way by their cache keys, per session. */
const leaders = new WeakMap<Session, Map<string, Lead>>();

/** Keys of the calls that the code which runs now is inside of. */
const outerKeys = new AsyncLocalStorage<ReadonlySet<string>>();

/** The call that is computed while equal ones wait. */
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

  /** Calls made by the function do not wait for this one, which waits for them. */
  around<T>(call: () => T): T {
    return outerKeys.run(new Set(outerKeys.getStore()).add(this.#key), call);
  }

  end(how: LeadEnd): void {
    this.#others.delete(this.#key);
    this.#ending.resolve(how);
  }
}

/**
 * Makes the call the one that is computed, or gives the one that is already, to be waited for. Undefined inside of that one:
 * then the call is its own.
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
