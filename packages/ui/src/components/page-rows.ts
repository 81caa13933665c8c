import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/** More rows are requested when this many are left below the drawn ones. */
const rowsAhead = 20;

/** Virtual rows of a long list that scrolls with the page; `onEnd` is called near its end. */
export function usePageRows(
  list: RefObject<HTMLElement | null>,
  props: {
    readonly entries: readonly { readonly id: string }[];
    readonly height: number;
    /** The height of a header that stays in sight above the rows. */
    readonly headHeight?: number;
    readonly onEnd?: () => void;
  },
) {
  const { entries, height, headHeight = 0, onEnd } = props;
  const [margin, setMargin] = useState(0);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => document.getElementById("main"),
    estimateSize: () => height,
    getItemKey: (index) => entries[index]?.id ?? index,
    scrollMargin: margin,
    scrollPaddingStart: headHeight,
    overscan: 12,
  });
  // The height above the list may change with any render.
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
    if (last >= entries.length - rowsAhead) onEnd?.();
  }, [last, entries.length, onEnd]);
  return { rows, items, topOf: (item: VirtualItem) => item.start - margin };
}
