import { useEffect, useRef } from "react";

/**
 * Makes a function that calls `read` `restMs` after its first call: one reading for all calls in between, whatever their number. While a
 * reading lasts no other begins, so that a slow server is never asked faster than it answers.
 */
export function useRested(read: () => Promise<unknown>, restMs = 1000): () => void {
  const latest = useRef(read);
  latest.current = read;
  const rest = useRef<{ timer: ReturnType<typeof setTimeout> | undefined; reading: boolean; again: boolean }>({
    timer: undefined,
    reading: false,
    again: false,
  });
  useEffect(() => () => clearTimeout(rest.current.timer), []);
  const soon = () => {
    const { current } = rest;
    if (current.reading) current.again = true;
    else current.timer ??= setTimeout(() => void readOnce(), restMs);
  };
  const readOnce = async () => {
    const { current } = rest;
    current.timer = undefined;
    current.reading = true;
    try {
      await latest.current();
    } finally {
      current.reading = false;
    }
    if (!current.again) return;
    current.again = false;
    soon();
  };
  return soon;
}
