import { type PointerEvent, useState } from "react";

/** Selects a span by dragging over a chart. Positions are pixels from the left of the listening element. */
export interface Brush {
  readonly from: number;
  readonly to: number;
}

export function useBrush(onChosen: (brush: Brush) => void) {
  const [brush, setBrush] = useState<Brush>();
  const at = (event: PointerEvent<Element>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  return {
    brush,
    handlers: {
      onPointerDown: (event: PointerEvent<Element>) => {
        if (event.button !== 0) return;
        const x = at(event);
        setBrush({ from: x, to: x });
      },
      onPointerMove: (event: PointerEvent<Element>) => {
        if (brush === undefined) return;
        if (Math.abs(at(event) - brush.from) > 4) event.currentTarget.setPointerCapture(event.pointerId);
        setBrush({ ...brush, to: at(event) });
      },
      onPointerUp: () => {
        if (brush === undefined) return;
        setBrush(undefined);
        const ordered = { from: Math.min(brush.from, brush.to), to: Math.max(brush.from, brush.to) };
        if (ordered.to - ordered.from > 6) onChosen(ordered);
      },
      onPointerCancel: () => setBrush(undefined),
    },
  };
}
