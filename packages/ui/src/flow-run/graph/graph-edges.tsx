import type { Layout } from "./graph-layout.ts";

/** The arrows between the boxes. */
export function GraphEdges({ layout }: { readonly layout: Layout }) {
  return (
    <svg
      aria-hidden="true"
      className="pointer-events-none absolute top-0 left-0 overflow-visible"
      width={layout.width}
      height={layout.height}
    >
      {layout.edges.map((points, index) => {
        const end = points.at(-1);
        if (end === undefined) return null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an edge is its place in the layout
          <g key={index}>
            <path d={curve(points)} fill="none" stroke="var(--line-strong)" strokeWidth="1.5" />
            <path
              d={`M${end.x - 6} ${end.y - 3.5}L${end.x - 0.5} ${end.y}L${end.x - 6} ${end.y + 3.5}`}
              fill="none"
              stroke="var(--faint)"
              strokeWidth="1.3"
            />
          </g>
        );
      })}
    </svg>
  );
}

/** A spline through ELK's points, which are groups of three; straight lines otherwise. */
function curve(points: Layout["edges"][number]): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${start.x} ${start.y}`;
  let at = 0;
  for (; at + 2 < rest.length; at += 3) {
    const [a, b, c] = rest.slice(at, at + 3);
    if (a !== undefined && b !== undefined && c !== undefined) path += `C${a.x} ${a.y} ${b.x} ${b.y} ${c.x} ${c.y}`;
  }
  for (; at < rest.length; at += 1) path += `L${rest[at]?.x} ${rest[at]?.y}`;
  return path;
}
