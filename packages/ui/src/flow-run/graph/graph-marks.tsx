import { ticks } from "d3-array";
import { axisSeconds } from "../../format.ts";
import { stateColor, stateLook } from "../../states.ts";
import type { Area, Place } from "./graph-blocks.ts";
import { areaHeading } from "./graph-blocks.ts";
import type { GraphNode } from "./graph-model.ts";
import { axisHeight, type TimeLayout } from "./graph-time.ts";

/** The areas behind boxes: those that nothing connects with others, and sets that share their arrows. */
export function GraphAreas({ areas }: { readonly areas: readonly Area[] }) {
  return areas.map((area) => (
    <div
      key={`${area.x}:${area.y}`}
      className="absolute rounded-md border border-dashed border-line-strong"
      style={{ left: area.x, top: area.y, width: area.width, height: area.height }}
    >
      {area.kind === "apart" ? (
        <p className="truncate px-3 text-xs text-muted" style={{ lineHeight: `${areaHeading}px` }}>
          Nothing is known to lead to or from these
        </p>
      ) : null}
    </div>
  ));
}

/** Seconds after the first start, above boxes that are placed along time. */
export function TimeAxis({ layout }: { readonly layout: TimeLayout }) {
  const { pixelsPerSecond } = layout.scale;
  const marks = ticks(0, layout.width / pixelsPerSecond, Math.max(2, Math.floor(layout.width / 140)));
  return (
    <div aria-hidden="true">
      {marks.map((seconds) => (
        <span
          key={seconds}
          className="figures absolute border-l border-line pl-1 text-xs text-muted"
          style={{ left: seconds * pixelsPerSecond, top: 0, height: layout.height, lineHeight: `${axisHeight - 6}px` }}
        >
          {seconds === 0 ? "0" : `+${axisSeconds(seconds)}`}
        </span>
      ))}
    </div>
  );
}

/** How long a box's runs took, as a line at its foot: the box itself may be wider. */
export function TimeSpan(props: {
  readonly node: GraphNode;
  readonly place: Place;
  readonly span: { readonly x: number; readonly width: number } | undefined;
}) {
  const { node, place, span } = props;
  if (span === undefined) return null;
  return (
    <span
      aria-hidden="true"
      className="pointer-events-none absolute bottom-0 h-[3px] rounded-full"
      style={{ left: span.x - place.x, width: span.width, background: stateColor(stateLook(node.state)) }}
    />
  );
}
