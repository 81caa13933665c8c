import { type RefObject, useCallback, useRef } from "react";

/** More rows than this in a second are too many to be read as they come. */
const maxPerSecond = 5;
const topPx = 120;

/**
 * Tells whether rows that arrive have to wait, so that a live list holds still: somebody reads it, or more arrive than anybody reads.
 * Rows that wait gather behind a button.
 */
export function useStillness(list: RefObject<Element | null>): (arrived: number) => boolean {
  const second = useRef({ since: 0, arrived: 0 });
  return useCallback(
    (arrived) => {
      const { current } = second;
      const now = Date.now();
      if (now - current.since >= 1000) Object.assign(current, { since: now, arrived: 0 });
      current.arrived += arrived;
      return current.arrived > maxPerSecond || isRead(list.current);
    },
    [list],
  );
}

/** Whether somebody has scrolled a list, points at it, or has the focus in it. A finger leaves no pointer behind. */
function isRead(list: Element | null): boolean {
  if ((document.getElementById("main")?.scrollTop ?? 0) >= topPx) return true;
  if (list === null) return false;
  return list.contains(document.activeElement) || (matchMedia("(hover: hover)").matches && list.matches(":hover"));
}
