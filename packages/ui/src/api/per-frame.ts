import { useCallback, useEffect, useRef } from "react";
import type { LiveChange } from "./types.ts";

/** Hidden pages draw no frames; so many changes are taken without one. */
const maxCollected = 2000;

/** Collects changes and passes them on with the next frame, so that a list is drawn once for all of them. */
export function usePerFrame(take: (changes: readonly LiveChange[]) => void): (changes: readonly LiveChange[]) => void {
  const latest = useRef(take);
  latest.current = take;
  const collected = useRef<LiveChange[]>([]);
  const frame = useRef<number>(undefined);
  const pass = useCallback(() => {
    if (frame.current !== undefined) cancelAnimationFrame(frame.current);
    frame.current = undefined;
    latest.current(collected.current.splice(0));
  }, []);
  useEffect(
    () => () => {
      if (frame.current !== undefined) cancelAnimationFrame(frame.current);
      frame.current = undefined;
    },
    [],
  );
  return useCallback(
    (changes) => {
      for (const change of changes) collected.current.push(change);
      if (collected.current.length >= maxCollected) pass();
      else frame.current ??= requestAnimationFrame(pass);
    },
    [pass],
  );
}
