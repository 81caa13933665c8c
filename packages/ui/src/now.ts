import { useSyncExternalStore } from "react";

/** The present, as the page knows it: it moves on once a second, for all who show it together, while anybody looks. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

document.addEventListener("visibilitychange", tick);

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** The present for something that stands still when it is over: it then causes no work. */
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
