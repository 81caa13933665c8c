import { type KeyboardEvent, useState } from "react";
import type { TimelineRow } from "./timeline-model.ts";

const rowsOfAPage = 14;
/** The factor by which one key press zooms. */
export const zoomStep = 1.6;

/** The keys of a tree, and those that zoom and pan the drawing beside it. */
export function useTreeKeys(input: {
  readonly rows: readonly TimelineRow[];
  readonly choose: (row: TimelineRow) => void;
  readonly toggle: (row: TimelineRow) => void;
  readonly zoom: (closer: number) => void;
  /** Pans by a fraction of the visible span. */
  readonly pan: (share: number) => void;
  readonly reset: () => void;
  readonly scrollTo: (index: number) => void;
}) {
  const { rows } = input;
  const [active, setActive] = useState(0);
  const id = (index: number) => `timeline-${rows[index]?.key ?? index}`;
  const move = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    setActive(next);
    input.scrollTo(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    const acts = new Map<string, () => unknown>([
      ["ArrowDown", () => move(active + 1)],
      ["j", () => move(active + 1)],
      ["ArrowUp", () => move(active - 1)],
      ["k", () => move(active - 1)],
      ["Home", () => move(0)],
      ["End", () => move(rows.length - 1)],
      ["PageDown", () => move(active + rowsOfAPage)],
      ["PageUp", () => move(active - rowsOfAPage)],
      ["Enter", () => row !== undefined && input.choose(row)],
      [" ", () => row !== undefined && input.choose(row)],
      ["ArrowRight", () => row !== undefined && row.kind !== "task" && !row.open && input.toggle(row)],
      ["ArrowLeft", () => row?.open === true && input.toggle(row)],
      ["+", () => input.zoom(zoomStep)],
      ["=", () => input.zoom(zoomStep)],
      ["-", () => input.zoom(1 / zoomStep)],
      ["0", input.reset],
      ["<", () => input.pan(-0.2)],
      [">", () => input.pan(0.2)],
    ]);
    const act = acts.get(event.key);
    if (act === undefined || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return {
    active,
    setActive,
    id,
    props: { onKeyDown, "aria-activedescendant": rows.length === 0 ? undefined : id(active) },
  };
}
