import { useSyncExternalStore } from "react";
import type { Store } from "../define-page.ts";
import { type RunsSearch, readRunsSearch } from "./runs-search.ts";

/** The saved search with which "Runs" opens in this browser, because users of one server have different work. */
export interface DefaultSearch {
  readonly id: string;
  readonly search: RunsSearch;
}

const storageKey = "ostinato.default-search";
const listeners = new Set<() => void>();
let current = stored();

/** The search with which the sidebar and the shortcuts open the page. */
export const usualRunsSearch: Store<RunsSearch | undefined> = { get: () => current?.search, subscribe };

export function useDefaultSearch(): DefaultSearch | undefined {
  return useSyncExternalStore(subscribe, () => current);
}

export function setDefaultSearch(next: DefaultSearch | undefined): void {
  current = next;
  try {
    if (next === undefined) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function stored(): DefaultSearch | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "null") as Partial<DefaultSearch> | null;
    if (typeof kept?.id !== "string") return undefined;
    return { id: kept.id, search: readRunsSearch({ ...kept.search }) };
  } catch {
    return undefined;
  }
}
