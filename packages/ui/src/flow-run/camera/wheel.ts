import { type RefObject, useEffect, useRef } from "react";

/**
 * The wheel over a drawing of time: with Ctrl (which a pinch sends too) it zooms where the pointer is, sideways it pans;
 * up and down it scrolls the page as everywhere.
 */
export function useWheel(
  element: RefObject<HTMLElement | null>,
  options: {
    readonly zoom: (factor: number, at: number) => void;
    readonly pan: (pixels: number) => void;
    readonly left: number;
  },
): void {
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    const watched = element.current;
    if (watched === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      const { zoom, pan, left } = latest.current;
      const bounds = watched.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const at = (event.clientX - bounds.left - left) / Math.max(1, bounds.width - left);
        zoom(Math.exp(event.deltaY * 0.01), Math.min(1, Math.max(0, at)));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        event.preventDefault();
        pan(event.deltaX === 0 ? event.deltaY : event.deltaX);
      }
    };
    watched.addEventListener("wheel", onWheel, { passive: false });
    return () => watched.removeEventListener("wheel", onWheel);
  }, [element]);
}
