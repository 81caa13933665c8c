import type { ReactNode } from "react";

/** A tooltip for the place under the pointer or the focus, always within the chart's width. */
export function ChartTip(props: {
  /** Pixels from the left, and the width of the chart. */
  readonly x: number;
  readonly width: number;
  readonly top?: number;
  readonly children: ReactNode;
}) {
  const { x, width, top = 4 } = props;
  const toTheLeft = x > width / 2;
  return (
    <div
      className="pointer-events-none absolute z-20 flex max-w-72 min-w-0 flex-col rounded-md border bg-surface px-2 py-1.5 text-xs shadow-pop"
      style={{ top, ...(toTheLeft ? { right: Math.max(0, width - x + 8) } : { left: x + 8 }) }}
    >
      {props.children}
    </div>
  );
}
