import { useSyncExternalStore } from "react";

let current = "";
const listeners = new Set<() => void>();

/** Has screen readers say a change that others see on the page. */
export function announce(text: string): void {
  current = text;
  for (const listener of listeners) listener();
}

/** What was announced last: the frame's live region shows it to screen readers. */
export function useAnnouncement(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
