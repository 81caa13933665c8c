import { useNavigate } from "@tanstack/react-router";
import { type PointerEvent, useState } from "react";
import type { RunBar } from "../api/types.ts";
import { exact, seconds } from "../format.ts";
import { isBad, stateColor, stateLook, stateTypeOrder } from "../states.ts";

/** Space below the bars for the shapes of unsuccessful states. */
const footHeight = 6;

/**
 * Recent runs, oldest first: one bar per run, as high as its duration, in the colour of its state, with a cross below failed and a triangle
 * below crashed ones. It is an image only: keyboard users reach the runs in the flow's list.
 */
export function RunBars(props: {
  readonly runs: readonly RunBar[];
  readonly most?: number;
  readonly height?: number;
  readonly barWidth?: number;
  readonly label: string;
}) {
  const { most = 24, height = 24, barWidth = 5 } = props;
  const navigate = useNavigate();
  const [near, setNear] = useState<number>();
  const runs = props.runs.slice(-most);
  const gap = barWidth > 6 ? 2 : 1;
  const width = runs.length * (barWidth + gap);
  const longest = Math.max(...runs.map((run) => run.duration ?? 0), 0.001);
  const bar = (run: RunBar, index: number) => {
    const share = Math.sqrt((run.duration ?? 0) / longest);
    const tall = Math.max(3, Math.round(share * (height - footHeight)));
    return roundedBar(index * (barWidth + gap), height - footHeight - tall, barWidth, tall);
  };
  const mark = (run: RunBar, index: number) => {
    const shape = run.state_type === "FAILED" ? cross : triangle;
    return `M${index * (barWidth + gap) + barWidth / 2} ${height - 2.5}${shape}`;
  };
  // Bars of one state are a single path: a page has many charts, and thousands of elements would dominate its rendering.
  const states = Map.groupBy(runs.entries(), ([, run]) => `${run.state_type} ${run.state_name}`);
  const shown = near === undefined ? undefined : runs[near];
  const at = (event: PointerEvent<SVGSVGElement> | React.MouseEvent<SVGSVGElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const index = Math.floor(((event.clientX - bounds.left) / bounds.width) * runs.length);
    return Math.min(runs.length - 1, Math.max(0, index));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the same runs stand in the flow's list, reachable by keyboard
    <svg
      role="img"
      aria-label={`${props.label}: ${spoken(runs)}`}
      viewBox={`0 0 ${Math.max(1, width)} ${height}`}
      width={width}
      height={height}
      className="max-w-full cursor-pointer"
      onPointerMove={(event) => setNear(at(event))}
      onPointerLeave={() => setNear(undefined)}
      onClick={(event) => {
        const run = runs[at(event)];
        if (run !== undefined) void navigate({ to: "/runs/flow-run/$id", params: { id: run.id } });
      }}
    >
      <title>{shown === undefined ? props.label : described(shown)}</title>
      <rect width={width} height={height} fill="transparent" />
      {[...states].map(([key, of]) => {
        const { state_type: type, state_name: name } = of[0]?.[1] ?? {};
        const color = stateColor(stateLook(type, name));
        return (
          <g key={key} fill={color}>
            <path d={of.map(([index, run]) => bar(run, index)).join("")} fillOpacity={type === "COMPLETED" ? 0.7 : 1} />
            {isBad(type) ? (
              <path
                d={of.map(([index, run]) => mark(run, index)).join("")}
                stroke={type === "FAILED" ? color : "none"}
                strokeWidth="1.3"
                strokeLinecap="round"
              />
            ) : null}
          </g>
        );
      })}
      {shown === undefined || near === undefined ? null : (
        <path d={bar(shown, near)} fill={stateColor(stateLook(shown.state_type, shown.state_name))} />
      )}
    </svg>
  );
}

/** Relative to the centre of the mark. */
const cross = "m-2-2l4 4m0-4l-4 4";
const triangle = "m0-2l2.200 4h-4.400z";

function roundedBar(x: number, y: number, width: number, height: number): string {
  const [across, down] = [width - 3, height - 3];
  return `M${x} ${y + 1.5}q0-1.5 1.5-1.5h${across}q1.500 0 1.500 1.500v${down}q0 1.500-1.500 1.500h-${across}q-1.500 0-1.500-1.500z`;
}

function described(run: RunBar): string {
  const spent = run.duration === null ? "" : ` · ${seconds(run.duration)}`;
  const look = stateLook(run.state_type, run.state_name);
  return `${run.name} · ${look.label}${spent}${run.start === null ? "" : ` · ${exact(run.start)}`}`;
}

function spoken(runs: readonly RunBar[]): string {
  const parts = stateTypeOrder.flatMap((type) => {
    const count = runs.filter((run) => run.state_type === type).length;
    return count === 0 ? [] : [`${count} ${stateLook(type).label.toLowerCase()}`];
  });
  return parts.join(", ");
}
