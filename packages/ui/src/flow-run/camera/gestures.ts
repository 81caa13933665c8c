import { type RefObject, useEffect, useRef } from "react";
import type { Point } from "./point.ts";

export interface Gestures {
  /** The distance of the drag. */
  readonly pan: (by: Point) => void;
  /** The factor of magnification, around a point. */
  readonly zoom: (closer: number, at: Point) => void;
  /** Limits where a gesture may begin, by pixels from the left; by default everywhere. */
  readonly begins?: (x: number) => boolean;
}

/** Farther movements of a pointer are drags rather than clicks. */
const clickRadius = 5;

/**
 * Moves a drawing by hand: one finger or the mouse drags it, two fingers also pinch it. A drag that ends on a button does not press it.
 * `touch-action` on the element reserves gestures for the browser.
 */
export function useGestures(element: RefObject<HTMLElement | null>, gestures: Gestures): void {
  const latest = useRef(gestures);
  latest.current = gestures;
  useEffect(() => {
    const watched = element.current;
    if (watched === null) return undefined;
    const down = new Map<number, Point>();
    let start: Point | undefined;
    let dragging = false;
    const inside = (event: PointerEvent): Point => {
      const bounds = watched.getBoundingClientRect();
      return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
    };
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return;
      // A pinch ends without a click, so reset the drag here.
      if (down.size === 0) dragging = false;
      const at = inside(event);
      if (latest.current.begins?.(at.x) === false) return;
      down.set(event.pointerId, at);
      if (down.size === 1) start = at;
    };
    const onMove = (event: PointerEvent) => {
      const before = down.get(event.pointerId);
      if (before === undefined || start === undefined) return;
      const at = inside(event);
      if (!dragging && down.size === 1 && distance(at, start) < clickRadius) return;
      if (!dragging) {
        dragging = true;
        for (const id of down.keys()) watched.setPointerCapture(id);
      }
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      down.set(event.pointerId, at);
      if (other === undefined) {
        latest.current.pan({ x: at.x - before.x, y: at.y - before.y });
        return;
      }
      const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
      latest.current.pan({ x: (at.x - before.x) / 2, y: (at.y - before.y) / 2 });
      latest.current.zoom(distance(at, other) / Math.max(1, distance(before, other)), middle);
    };
    const onUp = (event: PointerEvent) => down.delete(event.pointerId);
    const onClick = (event: MouseEvent) => {
      if (!dragging) return;
      dragging = false;
      event.stopPropagation();
      event.preventDefault();
    };
    watched.addEventListener("pointerdown", onDown);
    watched.addEventListener("pointermove", onMove);
    watched.addEventListener("pointerup", onUp);
    watched.addEventListener("pointercancel", onUp);
    watched.addEventListener("click", onClick, { capture: true });
    return () => {
      watched.removeEventListener("pointerdown", onDown);
      watched.removeEventListener("pointermove", onMove);
      watched.removeEventListener("pointerup", onUp);
      watched.removeEventListener("pointercancel", onUp);
      watched.removeEventListener("click", onClick, { capture: true });
    };
  }, [element]);
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
