import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { isTyping } from "./typing.ts";

interface Rows {
  readonly scrollToIndex: (index: number, options: { readonly align: "auto" }) => void;
}

/**
 * Moves the focus from row to row of a list by `j`, `k` and the arrows; `x` selects. `j` and `k` work wherever the focus is, unless something
 * else on the page uses them. A row has its index in `data-row`.
 */
export function useRowKeys(
  list: RefObject<HTMLElement | null>,
  props: {
    readonly rows: Rows;
    readonly count: number;
    readonly onSelect?: (index: number, range: boolean) => void;
  },
) {
  const [active, setActive] = useState<number>();
  const { rows, count } = props;
  const go = (step: number) => {
    const next = Math.min(count - 1, Math.max(0, (active ?? -1) + step));
    setActive(next);
    rows.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-row="${next}"] a`)?.focus());
  };
  const latest = useRef(go);
  latest.current = go;
  // Before the rows are shown: whoever sees them can press the keys.
  useLayoutEffect(() => {
    const handle = (event: globalThis.KeyboardEvent) => {
      const step = { j: 1, k: -1 }[event.key];
      if (step === undefined || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector("[role=dialog], [role=menu]") !== null) return;
      event.preventDefault();
      latest.current(step);
    };
    addEventListener("keydown", handle);
    return () => removeEventListener("keydown", handle);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined && !isTyping(event.target)) {
      event.preventDefault();
      go(step);
    } else if (event.key.toLowerCase() === "x" && active !== undefined && active < count) {
      props.onSelect?.(active, event.shiftKey);
    }
  };
  const onFocus = (event: FocusEvent) => {
    const row = event.target.closest<HTMLElement>("[data-row]");
    if (row !== null) setActive(Number(row.dataset.row));
  };
  return { onKeyDown, onFocus };
}

export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** Selects a row, or with `range` all rows from the one that was selected last. */
export function useRowChoice(
  rows: readonly { readonly id: string }[],
  selection: Selection | undefined,
): (index: number, on: boolean, range: boolean) => void {
  const last = useRef<number>(undefined);
  return (index, on, range) => {
    if (selection === undefined) return;
    const next = new Set(selection.chosen);
    const other = range ? (last.current ?? index) : index;
    for (const { id } of rows.slice(Math.min(other, index), Math.max(other, index) + 1))
      on ? next.add(id) : next.delete(id);
    last.current = index;
    selection.onChange(next);
  };
}
