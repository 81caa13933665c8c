import { type KeyboardEvent, type PointerEvent, useState } from "react";

/** Widths in pixels. */
export interface WidthRange {
  readonly min: number;
  readonly max: number;
  readonly usual: number;
}

/** A width that the reader chose in this browser. */
export function useChosenWidth(storageKey: string, { min, max, usual }: WidthRange) {
  const [width, setWidth] = useState(() => stored(storageKey) ?? usual);
  const within = (next: number) => Math.round(Math.min(max, Math.max(min, next)));
  return {
    width: within(width),
    choose(next: number) {
      setWidth(within(next));
      try {
        localStorage.setItem(storageKey, String(within(next)));
      } catch {
        // Without storage the choice lasts as long as the page.
      }
    },
  };
}

function stored(storageKey: string): number | undefined {
  try {
    const width = Number(localStorage.getItem(storageKey) ?? Number.NaN);
    return Number.isFinite(width) ? width : undefined;
  } catch {
    return undefined;
  }
}

const stepPixels = 24;

/** The left edge of what stands at the right: dragged, or moved by the arrow keys, it changes the width. */
export function WidthHandle(props: {
  readonly label: string;
  readonly width: number;
  readonly range: WidthRange;
  readonly onWidth: (width: number) => void;
}) {
  const { width, range, onWidth } = props;
  const [from, setFrom] = useState<{ readonly x: number; readonly width: number }>();
  const onKeyDown = (event: KeyboardEvent) => {
    const next = new Map([
      ["ArrowLeft", width + stepPixels],
      ["ArrowRight", width - stepPixels],
      ["Home", range.max],
      ["End", range.min],
    ]).get(event.key);
    if (next === undefined) return;
    event.preventDefault();
    onWidth(next);
  };
  const onPointerDown = (event: PointerEvent) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    setFrom({ x: event.clientX, width });
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={props.label}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={range.min}
      aria-valuemax={range.max}
      title="Drag, or use the arrow keys; double-click for the usual width"
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => from !== undefined && onWidth(from.width + from.x - event.clientX)}
      onPointerUp={() => setFrom(undefined)}
      onDoubleClick={() => onWidth(range.usual)}
      className={`absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none hover:bg-accent/40 focus-visible:bg-accent/60 ${from === undefined ? "" : "bg-accent/40"}`}
    />
  );
}
