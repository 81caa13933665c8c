import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useThemeGeneration } from "../../theme.ts";
import type { TimeScale } from "./time-scale.ts";
import { drawAxis, drawTimeline, type Span, timelineColors } from "./timeline-draw.ts";
import type { TimelineRow } from "./timeline-model.ts";

/** Draws changes at the next frame, and keeps drawing while time passes for an unfinished run. */
export function useDrawing(input: {
  readonly rows: readonly TimelineRow[];
  /** The line of the run itself, drawn above the others. */
  readonly runRow: TimelineRow;
  /** The start of the run, from which the axis counts. */
  readonly zero: number;
  readonly rowHeight: number;
  readonly live: boolean;
  readonly ended: number | undefined;
  readonly view: Span | undefined;
  readonly whole: () => Span;
  readonly scale: () => TimeScale;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly axis: RefObject<HTMLCanvasElement | null>;
  readonly runBar: RefObject<HTMLCanvasElement | null>;
  readonly bars: RefObject<HTMLCanvasElement | null>;
  readonly size: string;
}) {
  const { rows, runRow, zero, rowHeight, live, ended, view, whole, scale, scroller, axis, runBar, bars, size } = input;
  const generation = useThemeGeneration();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  const colors = useMemo(timelineColors, [generation]);
  const frame = useRef(0);
  const key = useRef<string>(undefined);
  const paint = useCallback(() => {
    frame.current = 0;
    const shown = view ?? whole();
    const at = scale();
    if (axis.current !== null) drawAxis(axis.current, { view: shown, scale: at, zero, colors });
    const drawing = { rowHeight, view: shown, scale: at, zero, now: ended ?? Date.now(), live, colors };
    if (runBar.current !== null)
      drawTimeline(runBar.current, { ...drawing, rows: [runRow], scroll: 0, selected: undefined });
    if (bars.current === null) return;
    const scroll = scroller.current?.scrollTop ?? 0;
    drawTimeline(bars.current, { ...drawing, rows, scroll, selected: key.current });
  }, [rows, runRow, zero, rowHeight, live, ended, view, whole, scale, scroller, axis, runBar, bars, colors]);
  const draw = useCallback(
    (selectedKey: string | undefined) => {
      key.current = selectedKey;
      if (frame.current === 0) frame.current = requestAnimationFrame(paint);
    },
    [paint],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another size needs another drawing
  useLayoutEffect(() => {
    paint();
    return () => {
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [paint, size]);
  useEffect(() => {
    if (!live) return undefined;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setInterval(() => document.visibilityState === "visible" && draw(key.current), calm ? 1000 : 50);
    return () => clearInterval(timer);
  }, [live, draw]);
  return draw;
}
