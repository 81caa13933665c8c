import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/** More are asked for when so many are left below what is drawn. */
const rowsAhead = 20;

/** Rows of a long list that scrolls with the page, drawn only where one looks; `onEnd` tells that its end comes near. */
export function usePageRows(
  list: RefObject<HTMLElement | null>,
  props: { readonly runs: readonly { readonly id: string }[]; readonly height: number; readonly onEnd?: () => void },
) {
  const { runs, height, onEnd } = props;
  const [margin, setMargin] = useState(0);
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => document.getElementById("main"),
    estimateSize: () => height,
    getItemKey: (index) => runs[index]?.id ?? index,
    scrollMargin: margin,
    overscan: 12,
  });
  // What stands above the list may have changed its height at any drawing.
  useLayoutEffect(() => {
    const main = document.getElementById("main");
    if (list.current === null || main === null) return;
    const top = list.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
    if (Math.abs(top - margin) > 1) setMargin(top);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured rows are of another height now
  useEffect(() => rows.measure(), [height]);
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= runs.length - rowsAhead) onEnd?.();
  }, [last, runs.length, onEnd]);
  return { rows, items, topOf: (item: VirtualItem) => item.start - margin };
}
