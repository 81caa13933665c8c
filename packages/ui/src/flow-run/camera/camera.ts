import { type RefObject, useCallback, useRef, useState } from "react";
import { useGestures } from "./gestures.ts";
import type { Point } from "./point.ts";
import { useWheel } from "./wheel.ts";

/** Pans and zooms a view of a drawing. An undefined view shows the whole drawing. */
export interface Lens<View> {
  /** The view after the drawing has been dragged by this distance. */
  readonly panned: (view: View | undefined, by: Point) => View | undefined;
  /** The view magnified by a factor around a point; around the middle by default. */
  readonly zoomed: (view: View | undefined, closer: number, at: Point | undefined) => View | undefined;
}

export interface Camera<View> {
  readonly view: View | undefined;
  readonly show: (view: View | undefined) => void;
  readonly pan: (by: Point) => void;
  readonly zoom: (closer: number, at?: Point) => void;
}

/** Pans and zooms any drawing: by mouse, fingers and wheel, and by the keys that call it. */
export function useCamera<View>(options: {
  readonly element: RefObject<HTMLElement | null>;
  readonly lens: Lens<View>;
  /** The element for wheel events; by default the drawing. Its left edge must be the same. */
  readonly wheelOver?: RefObject<HTMLElement | null>;
  /** Limits where a gesture may begin, by pixels from the left; by default everywhere. */
  readonly begins?: (x: number) => boolean;
  readonly onDrag?: () => void;
}): Camera<View> {
  const { element, begins, onDrag, wheelOver = element } = options;
  const [view, show] = useState<View>();
  const lens = useRef(options.lens);
  lens.current = options.lens;
  const pan = useCallback((by: Point) => {
    const { panned } = lens.current;
    show((before) => panned(before, by));
  }, []);
  const zoom = useCallback((closer: number, at?: Point) => {
    const { zoomed } = lens.current;
    show((before) => zoomed(before, closer, at));
  }, []);
  useGestures(element, {
    pan: (by) => {
      onDrag?.();
      pan(by);
    },
    zoom,
    ...(begins === undefined ? {} : { begins }),
  });
  useWheel(wheelOver, { pan, zoom });
  return { view, show, pan, zoom };
}
