import { type KeyboardEvent, type ReactNode, type RefObject, useCallback, useEffect, useRef } from "react";
import { IconButton } from "../../components/button.tsx";
import { type Camera, type Lens, useCamera } from "../camera/camera.ts";
import type { Layout } from "./graph-layout.ts";

/** A graph never opens at a smaller scale than this; readers pan to the rest. */
const minReadableScale = 0.75;
const minScale = 0.1;
const maxScale = 2;
/** Free pixels around the graph. */
const margin = 24;

/** The position of the graph's corner in the element, and its scale. */
interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** The area in which the graph is panned and zoomed, with buttons and keys. */
export function GraphCanvas({
  layout,
  tall,
  children,
}: {
  readonly layout: Layout;
  readonly tall: boolean;
  readonly children: ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { view, show, pan, zoom } = useCamera({ element: box, lens: lensOf(box) });
  const showAll = useCallback(
    (least = minScale) => {
      const bounds = box.current?.getBoundingClientRect();
      if (bounds !== undefined && layout.width > 0) show(wholeView(layout, bounds, least));
    },
    [layout, show],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height shows another part
  useEffect(() => showAll(minReadableScale), [showAll, tall]);
  const onKeyDown = (event: KeyboardEvent) => {
    const acts: Readonly<Record<string, () => void>> = {
      "+": () => zoom(1.25),
      "=": () => zoom(1.25),
      "-": () => zoom(0.8),
      "0": () => showAll(),
    };
    const act = acts[event.key];
    if (act === undefined || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    act();
  };
  return (
    <div className="relative">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: moving the view by hand; the boxes inside are the controls */}
      <div
        ref={box}
        className="relative cursor-grab touch-none overflow-hidden active:cursor-grabbing rounded-b-lg bg-sunken"
        style={{ height: tall ? "76vh" : 380 }}
        onKeyDown={onKeyDown}
        onFocus={(event) => reveal(event.target, box.current, pan)}
      >
        <div
          className="absolute top-0 left-0 origin-top-left"
          style={{
            transform: view === undefined ? "scale(0)" : `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
            width: layout.width,
            height: layout.height,
          }}
        >
          {children}
        </div>
      </div>
      <div className="absolute right-2 bottom-2 flex rounded-md border bg-surface">
        <IconButton icon="minus" label="Zoom out" onClick={() => zoom(0.8)} />
        <IconButton icon="plus" label="Zoom in" onClick={() => zoom(1.25)} />
        <IconButton icon="fit" label="Show everything" onClick={() => showAll()} />
      </div>
    </div>
  );
}

function lensOf(box: RefObject<HTMLElement | null>): Lens<View> {
  return {
    panned: (view, by) => (view === undefined ? view : { ...view, x: view.x + by.x, y: view.y + by.y }),
    zoomed(view, closer, at) {
      if (view === undefined) return view;
      const { width = 0, height = 0 } = box.current?.getBoundingClientRect() ?? {};
      const fixed = at ?? { x: width / 2, y: height / 2 };
      const scale = Math.min(maxScale, Math.max(minScale, view.scale * closer));
      const grown = scale / view.scale;
      return { scale, x: fixed.x - (fixed.x - view.x) * grown, y: fixed.y - (fixed.y - view.y) * grown };
    },
  };
}

/** The whole graph, centred, at `least` scale or larger: the part that does not fit is to the right and below. */
function wholeView({ width, height }: Layout, bounds: DOMRect, least: number): View {
  const fitting = Math.min((bounds.width - 2 * margin) / width, (bounds.height - 2 * margin) / height);
  const scale = Math.min(1, Math.max(least, fitting));
  return {
    scale,
    x: Math.max(margin, (bounds.width - width * scale) / 2),
    y: Math.max(margin, (bounds.height - height * scale) / 2),
  };
}

/** Scrolls a box that is focused by keyboard into view. */
function reveal(target: EventTarget, frame: HTMLElement | null, pan: Camera<View>["pan"]): void {
  if (!(target instanceof HTMLElement) || frame === null || !target.matches(":focus-visible")) return;
  // The browser scrolls a clipped frame to the focused element; here the view moves instead.
  frame.scrollTo(0, 0);
  const outer = frame.getBoundingClientRect();
  const inner = target.getBoundingClientRect();
  const x = intoSight([inner.left, inner.right], [outer.left, outer.right]);
  const y = intoSight([inner.top, inner.bottom], [outer.top, outer.bottom]);
  if (x !== 0 || y !== 0) pan({ x, y });
}

/** The distance by which an interval must move to lie within another. */
function intoSight([start, end]: readonly [number, number], [first, last]: readonly [number, number]): number {
  if (start < first) return first - start + margin;
  return end > last ? last - end - margin : 0;
}
