import { type RefObject, useCallback, useRef, useState } from "react";
import { useGestures } from "./gestures.ts";
import type { Point } from "./point.ts";
import { useWheel } from "./wheel.ts";

/** How a drawing is looked at: moves a view of it. An undefined view shows the whole drawing. */
export interface Lens<View> {
  /** The view after the drawing has followed the pointer by this distance. */
  readonly panned: (view: View | undefined, by: Point) => View | undefined;
  /** The view so many times closer, around a point; around the middle where none is given. */
  readonly zoomed: (view: View | undefined, closer: number, at: Point | undefined) => View | undefined;
}

export interface Camera<View> {
  readonly view: View | undefined;
  readonly show: (view: View | undefined) => void;
  readonly pan: (by: Point) => void;
  readonly zoom: (closer: number, at?: Point) => void;
}

/** One way for every drawing to be panned and zoomed: by mouse, fingers and wheel, and by the keys that call it. */
export function useCamera<View>(options: {
  readonly element: RefObject<HTMLElement | null>;
  readonly lens: Lens<View>;
  /** Where the wheel works; over the element unless given. Its left edge must be that of the element. */
  readonly wheelOver?: RefObject<HTMLElement | null>;
  /** How far from the left a gesture may begin; everywhere unless given. */
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
