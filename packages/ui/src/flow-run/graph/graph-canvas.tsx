import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "../../components/button.tsx";
import { type Camera, useCamera } from "../camera/camera.ts";
import {
  type GraphCamera,
  hiddenSides,
  lensFrom,
  margin,
  openingScale,
  openingView,
  viewAround,
  wholeView,
} from "./graph-camera.ts";
import type { Layout } from "./graph-layout.ts";
import { GraphMap } from "./graph-map.tsx";

const minHeight = 110;
/** A higher graph is seen in part. */
const maxHeight = 520;

/** The area in which the graph is panned and zoomed, with buttons and keys; as high as the graph, up to a limit. */
export function GraphCanvas(props: {
  readonly layout: Layout;
  readonly width: number;
  /** The box that comes into sight where not all fit. */
  readonly focus: string | undefined;
  readonly focusWord: string;
  /** Changes when the reader asked for another drawing: what was panned to by hand is forgotten then. */
  readonly moved: string;
  readonly urgent: ReadonlySet<string>;
  readonly tall: boolean;
  readonly children: ReactNode;
}) {
  const { layout, width, tall } = props;
  const box = useRef<HTMLDivElement>(null);
  const asked = layout.height * openingScale(layout, width) + 2 * margin;
  const highest = tall ? Math.max(maxHeight, window.innerHeight * 0.82) : maxHeight;
  const frame = { width, height: Math.min(highest, Math.max(minHeight, Math.ceil(asked))) };
  const focus = props.focus === undefined ? undefined : layout.nodes.get(props.focus);
  const opening = openingView(layout, frame, focus);
  const latest = useRef({ opening, frame });
  latest.current = { opening, frame };
  const { view, show, pan, zoom } = useCamera({
    element: box,
    lens: lensFrom(
      () => latest.current.opening,
      () => latest.current.frame,
    ),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was chosen by hand is for this drawing and size
  useEffect(() => show(undefined), [show, props.moved, tall, width]);
  const shown = view ?? opening;
  const hidden = hiddenSides(shown, layout, frame);
  const isWhole = !(hidden.left || hidden.right || hidden.top || hidden.bottom);
  const showAll = () => show(wholeView(layout, frame));
  const onKeyDown = (event: KeyboardEvent) => {
    const acts: Readonly<Record<string, () => void>> = {
      "+": () => zoom(1.25),
      "=": () => zoom(1.25),
      "-": () => zoom(0.8),
      "0": showAll,
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
        data-graph-frame
        className={`relative cursor-grab overflow-hidden rounded-b-lg bg-sunken active:cursor-grabbing ${isWhole ? "touch-pan-y" : "touch-none"}`}
        style={{ height: frame.height }}
        onKeyDown={onKeyDown}
        onFocus={(event) => reveal(event.target, box.current, pan)}
      >
        <div
          className="absolute top-0 left-0 origin-top-left"
          style={{
            transform: `translate(${shown.x}px, ${shown.y}px) scale(${shown.scale})`,
            width: layout.width,
            height: layout.height,
          }}
        >
          {props.children}
        </div>
        <Fades hidden={hidden} />
      </div>
      {isWhole ? null : (
        <GraphMap
          layout={layout}
          view={shown}
          frame={frame}
          urgent={props.urgent}
          onMove={(point) => show(viewAround(point, layout, frame, shown.scale))}
        />
      )}
      {/* A graph that is seen as a whole needs no zooming, and the buttons would stand over its boxes. */}
      <div
        className={`absolute right-2 bottom-2 flex rounded-md border bg-surface ${isWhole && view === undefined ? "sr-only focus-within:not-sr-only" : ""}`}
      >
        {view === undefined || focus === undefined ? null : (
          <IconButton icon="pin" label={`Go to ${props.focusWord}`} onClick={() => show(undefined)} />
        )}
        <IconButton icon="minus" label="Zoom out" onClick={() => zoom(0.8)} />
        <IconButton icon="plus" label="Zoom in" onClick={() => zoom(1.25)} />
        <IconButton icon="fit" label="Show everything" onClick={showAll} />
      </div>
    </div>
  );
}

const fades = {
  left: "inset-y-0 left-0 w-8 bg-linear-to-r",
  right: "inset-y-0 right-0 w-8 bg-linear-to-l",
  top: "inset-x-0 top-0 h-8 bg-linear-to-b",
  bottom: "inset-x-0 bottom-0 h-8 bg-linear-to-t",
} as const;

/** Where the graph goes on, its edge fades. */
function Fades({ hidden }: { readonly hidden: ReturnType<typeof hiddenSides> }) {
  const sides = (Object.keys(fades) as (keyof typeof fades)[]).filter((side) => hidden[side]);
  return sides.map((side) => (
    <span
      key={side}
      data-fade={side}
      aria-hidden="true"
      className={`pointer-events-none absolute from-sunken to-transparent ${fades[side]}`}
    />
  ));
}

/** Moves the view so that a box that is focused by keyboard comes into sight. */
function reveal(target: EventTarget, frame: HTMLElement | null, pan: Camera<GraphCamera>["pan"]): void {
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
