import { Link } from "@tanstack/react-router";
import type { RunBar } from "../api/types.ts";
import { exact, seconds } from "../format.ts";
import { stateColor, stateLook } from "../states.ts";

/** Recent runs, oldest first: one bar for each, as high as the run was long, in the colour of its state. */
export function RunBars(props: {
  readonly runs: readonly RunBar[];
  readonly most?: number;
  readonly height?: number;
  readonly barWidth?: number;
  readonly label: string;
}) {
  const { most = 24, height = 24, barWidth = 5 } = props;
  const runs = props.runs.slice(-most);
  const longest = Math.max(...runs.map((run) => run.duration ?? 0), 0.001);
  return (
    <ul aria-label={props.label} className="flex items-end" style={{ height, gap: barWidth > 6 ? 2 : 1 }}>
      {runs.map((run) => {
        const look = stateLook(run.state_type, run.state_name);
        const spent = run.duration === null ? "" : ` · ${seconds(run.duration)}`;
        const share = Math.sqrt((run.duration ?? 0) / longest);
        return (
          <li key={run.id} className="h-full">
            <Link
              to="/runs/flow-run/$id"
              params={{ id: run.id }}
              preload={false}
              title={`${run.name} · ${look.label}${spent}${run.start === null ? "" : ` · ${exact(run.start)}`}`}
              aria-label={`${run.name}, ${look.label}${spent}`}
              className="flex h-full items-end hover:brightness-125 focus-visible:outline-offset-0"
              style={{ width: barWidth }}
            >
              <span
                className="block w-full rounded-[1.5px]"
                style={{ height: Math.max(3, Math.round(share * height)), background: stateColor(look), opacity: run.state_type === "COMPLETED" ? 0.72 : 1 }}
              />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
