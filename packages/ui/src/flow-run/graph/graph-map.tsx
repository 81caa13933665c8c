import { type PointerEvent, useRef } from "react";
import type { Point } from "../camera/point.ts";
import type { GraphCamera, Size } from "./graph-camera.ts";
import type { Layout } from "./graph-layout.ts";

const maxWidth = 110;
const maxHeight = 64;

/** The whole graph in small with the part that is seen; press or drag to see another part. */
export function GraphMap(props: {
  readonly layout: Layout;
  readonly view: GraphCamera;
  readonly frame: Size;
  /** Boxes that failed, which stand out. */
  readonly urgent: ReadonlySet<string>;
  readonly onMove: (point: Point) => void;
}) {
  const { layout, view, frame } = props;
  const map = useRef<SVGSVGElement>(null);
  const scale = Math.min(maxWidth / layout.width, maxHeight / layout.height);
  const [width, height] = [Math.max(24, layout.width * scale), Math.max(16, layout.height * scale)];
  const move = (event: PointerEvent) => {
    const bounds = map.current?.getBoundingClientRect();
    if (bounds === undefined || event.buttons === 0) return;
    event.stopPropagation();
    props.onMove({ x: (event.clientX - bounds.left) / scale, y: (event.clientY - bounds.top) / scale });
  };
  return (
    <div className="absolute bottom-2 left-2 rounded-md border bg-surface p-1 opacity-95">
      <svg
        ref={map}
        aria-hidden="true"
        data-graph-map
        width={width}
        height={height}
        viewBox={`0 0 ${width / scale} ${height / scale}`}
        className="block cursor-pointer touch-none"
        onPointerDown={move}
        onPointerMove={move}
      >
        {[...layout.nodes.values()].map((place) => (
          <rect
            key={place.id}
            x={place.x}
            y={place.y}
            width={place.width}
            height={place.height}
            rx={4}
            fill={props.urgent.has(place.id) ? "var(--state-failed)" : "var(--line-strong)"}
            fillOpacity={props.urgent.has(place.id) ? 0.9 : 0.55}
          />
        ))}
        <rect
          x={-view.x / view.scale}
          y={-view.y / view.scale}
          width={frame.width / view.scale}
          height={frame.height / view.scale}
          fill="var(--accent)"
          fillOpacity={0.08}
          stroke="var(--accent)"
          strokeWidth={1.5 / scale}
        />
      </svg>
    </div>
  );
}
