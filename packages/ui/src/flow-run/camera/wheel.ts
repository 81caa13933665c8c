import { type RefObject, useEffect, useRef } from "react";
import type { Point } from "./point.ts";

/**
 * The wheel over a drawing: with Ctrl (which a pinch sends too) it zooms at the pointer, sideways it pans; up and down it scrolls the page
 * as usual.
 */
export function useWheel(
  element: RefObject<HTMLElement | null>,
  options: {
    readonly pan: (by: Point) => void;
    readonly zoom: (closer: number, at: Point) => void;
  },
): void {
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    const watched = element.current;
    if (watched === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      const { pan, zoom } = latest.current;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const bounds = watched.getBoundingClientRect();
        zoom(Math.exp(-event.deltaY * 0.01), { x: event.clientX - bounds.left, y: event.clientY - bounds.top });
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        event.preventDefault();
        pan({ x: -(event.deltaX === 0 ? event.deltaY : event.deltaX), y: 0 });
      }
    };
    watched.addEventListener("wheel", onWheel, { passive: false });
    return () => watched.removeEventListener("wheel", onWheel);
  }, [element]);
}
