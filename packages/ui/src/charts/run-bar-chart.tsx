import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import type { StateType } from "../api/types.ts";
import { useSize } from "../components/size.ts";
import { amount, axisSeconds, duration, exact } from "../format.ts";
import { useNowWhile } from "../now.ts";
import { StateIcon } from "../runs/state.tsx";
import { stateColor, stateLook } from "../states.ts";
import { ChartTip } from "./chart-tip.tsx";
import { durationScale } from "./duration-scale.ts";

export interface ChartedRun {
  readonly id: string;
  readonly name: string;
  readonly flow_name?: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly start: string | null;
  /** Seconds; for an unfinished run, its duration when it was read. Null for a run that has not begun. */
  readonly duration: number | null;
}

const margin = { left: 46, right: 2, top: 8, bottom: 18 };
const pitch = 12;
const barWidth = 9;

/**
 * The newest runs, oldest first: one bar per run, as high as its duration, in the colour of its state; runs that did not simply complete
 * have the state's shape below. Each bar is a link; the arrow keys move between them.
 */
export function RunBarChart(props: {
  readonly runs: readonly ChartedRun[];
  /** What the bars are, and so where they lead. */
  readonly of?: "flow-run" | "task-run";
  readonly height: number;
  readonly label: string;
}) {
  const { runs, of = "flow-run", height, label } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [near, setNear] = useState<string>();
  const room = Math.max(0, Math.floor((width - margin.left - margin.right) / pitch));
  const shown = room === 0 ? [] : runs.slice(-room);
  const now = useNowWhile(shown.some((run) => run.state_type === "RUNNING"));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment at which these runs came
  const readAt = useMemo(() => Date.now(), [runs]);
  const spans = shown.map((run) => spent(run, now - readAt));
  const scale = durationScale(spans.flatMap((span) => span ?? []));
  const inner = height - margin.top - margin.bottom;
  const index = shown.findIndex((run) => run.id === near);
  const run = shown[index];
  const onKeyDown = (event: KeyboardEvent<HTMLOListElement>) => {
    const bars = [...event.currentTarget.querySelectorAll("a")];
    const at = bars.findIndex((bar) => bar.matches(":focus"));
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    bars[Math.max(0, Math.min(bars.length - 1, next))]?.focus();
  };
  return (
    <div ref={box} className="relative select-none" style={{ height }}>
      {width === 0
        ? null
        : scale.ticks.map((tick) => {
            const y = margin.top + (1 - scale.share(tick)) * inner;
            return (
              <span key={tick} aria-hidden="true">
                <span className="absolute right-0 h-px bg-line" style={{ left: margin.left, top: y }} />
                <span
                  className="absolute whitespace-nowrap text-2xs text-faint"
                  style={{ right: width - margin.left + 8, top: y - 8 }}
                >
                  {axisSeconds(tick)}
                </span>
              </span>
            );
          })}
      <ol
        aria-label={`${label}: ${amount(shown.length, "run")}, oldest first`}
        className="absolute top-0 flex h-full"
        style={{ right: margin.right }}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setNear(undefined)}
      >
        {shown.map((one, place) => {
          const span = spans[place] ?? null;
          const look = stateLook(one.state_type, one.state_name);
          const quiet = one.state_type === "COMPLETED";
          const bar = span === null ? 3 : Math.max(3, Math.round(scale.share(span) * inner));
          return (
            <li key={one.id} className="h-full" style={{ width: pitch }}>
              <Link
                to={`/runs/${of}/$id`}
                params={{ id: one.id }}
                tabIndex={place === (index < 0 ? shown.length - 1 : index) ? 0 : -1}
                aria-label={spoken(one, span)}
                className="relative block h-full"
                onPointerEnter={() => setNear(one.id)}
                onFocus={() => setNear(one.id)}
                onBlur={() => setNear(undefined)}
              >
                <span
                  className={`absolute rounded-t-[2px] ${one.state_type === "RUNNING" ? "bar-moving" : ""}`}
                  style={{
                    left: (pitch - barWidth) / 2,
                    width: barWidth,
                    height: bar,
                    bottom: margin.bottom,
                    backgroundColor: stateColor(look),
                    opacity: quiet && one.id !== near ? 0.68 : 1,
                  }}
                />
                {quiet && look === stateLook("COMPLETED") ? null : (
                  <span className="absolute bottom-1 left-0 flex w-full justify-center">
                    <StateIcon silent type={one.state_type} name={one.state_name} className="size-[11px]" />
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ol>
      {run === undefined ? null : (
        <ChartTip x={width - margin.right - (shown.length - index - 0.5) * pitch} width={width}>
          <RunTip run={run} spent={spans[index] ?? null} />
        </ChartTip>
      )}
    </div>
  );
}

/** Name, state, duration and time of a run, as all charts show them. */
export function RunTip({ run, spent: span }: { readonly run: ChartedRun; readonly spent: number | null }) {
  const look = stateLook(run.state_type, run.state_name);
  return (
    <>
      <span className="flex min-w-0 items-center gap-1.5">
        <StateIcon silent type={run.state_type} name={run.state_name} className="size-3.5" />
        <span className="truncate font-medium">{run.name}</span>
      </span>
      <span className="truncate text-muted">
        {run.flow_name === undefined ? "" : `${run.flow_name} · `}
        {look.label}
        {span === null ? "" : ` · ${duration(span * 1000)}`}
      </span>
      <span className="text-faint">{run.start === null ? "not started" : exact(run.start)}</span>
    </>
  );
}

function spoken(run: ChartedRun, span: number | null): string {
  const look = stateLook(run.state_type, run.state_name);
  const parts = [run.name, look.label, span === null ? undefined : duration(span * 1000)];
  return [...parts, run.start === null ? undefined : exact(run.start)].filter((part) => part !== undefined).join(", ");
}

/** Seconds so far: an unfinished run's duration when it was read, plus the time since. */
function spent(run: ChartedRun, sinceRead: number): number | null {
  if (run.duration === null || run.state_type !== "RUNNING") return run.duration;
  return run.duration + Math.max(0, sinceRead) / 1000;
}
