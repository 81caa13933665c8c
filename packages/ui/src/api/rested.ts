import { useEffect, useRef } from "react";

/** Makes a function that calls `read` `restMs` after its first call: one reading for all calls in between, whatever their number. */
export function useRested(read: () => void, restMs = 1000): () => void {
  const latest = useRef(read);
  latest.current = read;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, restMs);
  };
}
