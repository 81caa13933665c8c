import type { Point } from "../camera/point.ts";
import type { Route } from "./graph-blocks.ts";
import type { Layout } from "./graph-layout.ts";

/** The arrows between the boxes; those of the selected box stand out, and mere order is dashed. */
export function GraphEdges({ layout, selected }: { readonly layout: Layout; readonly selected: string | undefined }) {
  const isOfSelected = ({ from, to }: Route) => selected !== undefined && (from === selected || to === selected);
  const routes = layout.edges.toSorted((one, other) => Number(isOfSelected(one)) - Number(isOfSelected(other)));
  return (
    <svg
      aria-hidden="true"
      className="pointer-events-none absolute top-0 left-0 overflow-visible"
      width={layout.width}
      height={layout.height}
    >
      {routes.map((route) => (
        <Arrow key={`${route.from}>${route.to}`} route={route} stands={isOfSelected(route)} />
      ))}
    </svg>
  );
}

function Arrow({ route, stands }: { readonly route: Route; readonly stands: boolean }) {
  const { points, kind } = route;
  const end = points.at(-1);
  if (end === undefined) return null;
  const isOrder = kind === "order";
  return (
    <g
      fill="none"
      stroke={stands ? "var(--accent)" : "var(--faint)"}
      strokeOpacity={isOrder && !stands ? 0.65 : 1}
      data-kind={kind}
    >
      <path d={rounded(points)} strokeWidth={stands ? 2 : 1.25} {...(isOrder ? { strokeDasharray: "3 4" } : {})} />
      <path d={headAt(end, points.at(-2) ?? end)} strokeWidth={stands ? 2 : 1.25} />
    </g>
  );
}

const headLength = 5;
const headWidth = 3.5;

function headAt(end: Point, before: Point): string {
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [x, y] = [(end.x - before.x) / length, (end.y - before.y) / length];
  const back = { x: end.x - x * headLength, y: end.y - y * headLength };
  return `M${back.x - y * headWidth} ${back.y + x * headWidth}L${end.x} ${end.y}L${back.x + y * headWidth} ${back.y - x * headWidth}`;
}

const cornerRadius = 7;

/** A line through the points with rounded corners. */
function rounded(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${start.x} ${start.y}`;
  let before = start;
  rest.forEach((corner, index) => {
    const next = rest[index + 1];
    if (next === undefined) path += `L${corner.x} ${corner.y}`;
    else {
      const radius = Math.min(cornerRadius, distance(before, corner) / 2, distance(corner, next) / 2);
      const [arrive, leave] = [toward(corner, before, radius), toward(corner, next, radius)];
      path += `L${arrive.x} ${arrive.y}Q${corner.x} ${corner.y} ${leave.x} ${leave.y}`;
    }
    before = corner;
  });
  return path;
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function toward(from: Point, to: Point, by: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / whole, y: from.y + ((to.y - from.y) * by) / whole };
}
