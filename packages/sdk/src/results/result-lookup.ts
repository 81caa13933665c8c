import type { findCachedResult } from "@ostinato/protocol";
import type { Api } from "../session/roles.ts";
import type { Delivery } from "../session/session.ts";
import { type Found, revive } from "./kept-results.ts";

/** Cache keys of results that may not have reached the server yet, per session. */
const fresh = new WeakMap<Api, Set<string>>();
const maxFresh = 10_000;

/** Remembers that a result with the key was just sent, so that a lookup waits until the server has it. */
export function rememberFresh(session: Api, key: string): void {
  const keys = fresh.get(session) ?? new Set();
  fresh.set(session, keys);
  keys.add(key);
  if (keys.size <= maxFresh) return;
  for (const oldest of keys) {
    keys.delete(oldest);
    break;
  }
}

/** The newest result with the key, or undefined. */
export async function findCached(session: Api & Delivery, key: string): Promise<Found | undefined> {
  if (fresh.get(session)?.has(key) === true) await session.events.flush();
  const stored = await session.client.call<typeof findCachedResult>("POST /results/find", { body: { cache_key: key } });
  return stored === null ? undefined : revive(stored);
}
