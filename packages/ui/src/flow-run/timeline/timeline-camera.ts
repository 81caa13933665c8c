import { type RefObject, useCallback, useMemo } from "react";
import type { Timeline } from "../../api/types.ts";
import { type Camera, useCamera } from "../camera/camera.ts";
import { padded, panned, zoomed } from "../camera/time-span.ts";
import { timelineSpan } from "./spells.ts";
import { straightScale, type TimeScale } from "./time-scale.ts";
import type { Span } from "./timeline-draw.ts";
import { foldableWaits, scaleOf, type Wait, waitsOf } from "./waits.ts";

/** The displayed span of the axis, in places of its scale: the whole run until the reader zooms in. */
export interface TimelineCamera extends Camera<Span> {
  readonly whole: () => Span;
  /** The currently displayed span. */
  readonly shown: () => Span;
  /** Where moments lie on the axis now. */
  readonly scale: () => TimeScale;
  /** The waits that would take most of the picture, folded or not. */
  readonly waits: () => readonly Wait[];
}

export function useTimelineCamera(options: {
  readonly timeline: Timeline;
  /** The run itself, whose time is shown even where no task ran. */
  readonly run: Timeline;
  readonly ended: number | undefined;
  /** Waits are drawn to scale too. */
  readonly unfolded: boolean;
  readonly element: RefObject<HTMLElement | null>;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Width of the names at the left, and of the bars beside them, in pixels. */
  readonly labelWidth: number;
  readonly barWidth: number;
  readonly onDrag: () => void;
}): TimelineCamera {
  const { timeline, run, ended, unfolded, element, scroller, labelWidth, barWidth, onDrag } = options;
  const waits = useMemo(() => waitsOf(run, timeline), [run, timeline]);
  const time = useCallback((): Span => {
    const now = ended ?? Date.now();
    const own = timelineSpan(run, now);
    if (timeline.id.length === 0) return own;
    const tasks = timelineSpan(timeline, now);
    return { from: Math.min(own.from, tasks.from), to: Math.max(own.to, tasks.to) };
  }, [timeline, run, ended]);
  const scale = useCallback((): TimeScale => {
    if (unfolded || waits.length === 0) return straightScale;
    return scaleOf(foldableWaits(waits, time()), time());
  }, [waits, time, unfolded]);
  const whole = useCallback((): Span => {
    const { from, to } = time();
    const { place } = scale();
    return padded({ from: place(from), to: place(to) });
  }, [time, scale]);
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
  return {
    ...camera,
    whole,
    shown: () => camera.view ?? whole(),
    scale,
    waits: () => foldableWaits(waits, time()),
  };
}
