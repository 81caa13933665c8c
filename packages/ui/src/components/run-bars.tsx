import { useNavigate } from "@tanstack/react-router";
import { type PointerEvent, useState } from "react";
import type { RunBar } from "../api/types.ts";
import { exact, seconds } from "../format.ts";
import { isBad, stateColor, stateLook, stateTypeOrder } from "../states.ts";

/** Under the bars, for the shapes of the states that are no success. */
const footHeight = 6;

/**
 * Recent runs, oldest first: one bar for each, as high as the run was long, in the colour of its state, with a cross under
 * those that failed and a triangle under those that crashed. It is a picture: the runs themselves stand in the list of the
 * flow, where the keyboard reaches them.
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
      {runs.map((run, index) => {
        const share = Math.sqrt((run.duration ?? 0) / longest);
        const bar = Math.max(3, Math.round(share * (height - footHeight)));
        const color = stateColor(stateLook(run.state_type, run.state_name));
        const middle = index * (barWidth + gap) + barWidth / 2;
        const quiet = run.state_type === "COMPLETED" && near !== index;
        return (
          <g key={run.id}>
            <rect
              x={index * (barWidth + gap)}
              y={height - footHeight - bar}
              width={barWidth}
              height={bar}
              rx="1.5"
              fill={color}
              fillOpacity={quiet ? 0.7 : 1}
            />
            {isBad(run.state_type) ? (
              <path
                d={run.state_type === "FAILED" ? "M-2-2L2 2M2-2L-2 2" : "M0-2L2.200 2H-2.200z"}
                transform={`translate(${middle} ${height - 2.5})`}
                fill={run.state_type === "FAILED" ? "none" : color}
                stroke={color}
                strokeWidth={run.state_type === "FAILED" ? 1.3 : 0}
                strokeLinecap="round"
              />
            ) : null}
          </g>
        );
      })}
    </svg>
  );
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
