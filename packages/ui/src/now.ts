import { useSyncExternalStore } from "react";

/** The page's current time: it advances once a second for all components together, while one of them uses it. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

document.addEventListener("visibilitychange", tick);

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** The current time while `moving`; constant otherwise, which causes no renders. */
export function useNowWhile(moving: boolean): number {
  return useSyncExternalStore(moving ? subscribe : nothing, () => now);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function nothing(): () => void {
  return () => {};
}

function tick(): void {
  if (document.visibilityState === "hidden") return;
  now = Date.now();
  for (const listener of listeners) listener();
}
