import { type RefObject, useCallback } from "react";
import type { Timeline } from "../../api/types.ts";
import { type Camera, useCamera } from "../camera/camera.ts";
import { padded, panned, zoomed } from "../camera/time-span.ts";
import { timelineSpan } from "./spells.ts";
import type { Span } from "./timeline-draw.ts";

/** The displayed span of time: the whole run until the reader zooms in. */
export interface TimelineCamera extends Camera<Span> {
  readonly whole: () => Span;
  /** The currently displayed span. */
  readonly shown: () => Span;
}

export function useTimelineCamera(options: {
  readonly timeline: Timeline;
  /** The run itself, whose time is shown even where no task ran. */
  readonly run: Timeline;
  readonly ended: number | undefined;
  readonly element: RefObject<HTMLElement | null>;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Width of the names at the left, and of the bars beside them, in pixels. */
  readonly labelWidth: number;
  readonly barWidth: number;
  readonly onDrag: () => void;
}): TimelineCamera {
  const { timeline, run, ended, element, scroller, labelWidth, barWidth, onDrag } = options;
  const whole = useCallback((): Span => {
    const now = ended ?? Date.now();
    const own = timelineSpan(run, now);
    if (timeline.id.length === 0) return padded(own);
    const tasks = timelineSpan(timeline, now);
    return padded({ from: Math.min(own.from, tasks.from), to: Math.max(own.to, tasks.to) });
  }, [timeline, run, ended]);
  const camera = useCamera<Span>({
    element,
    wheelOver: scroller,
    begins: (x) => x > labelWidth,
    onDrag,
    lens: {
      // The whole cannot be panned, and stays the whole as the run continues.
      panned: (view, { x }) => (view === undefined ? view : panned(view, whole(), -x / barWidth)),
      zoomed(view, closer, at) {
        const all = whole();
        const share = at === undefined ? 0.5 : Math.min(1, Math.max(0, (at.x - labelWidth) / barWidth));
        return zoomed(view ?? all, all, 1 / closer, share);
      },
    },
  });
  return { ...camera, whole, shown: () => camera.view ?? whole() };
}
