import type { Ref } from "react";
import type { FlowRunPage, Timeline } from "../../api/types.ts";
import { countingDuration, duration } from "../../format.ts";
import { StateIcon } from "../../runs/state.tsx";
import { ranOf, spells, wordOf } from "./spells.ts";
import type { TimelineRow } from "./timeline-model.ts";

/** The run itself as a timeline of one row, from when it was first about to start. */
export function timelineOfRun({ flow_run: run, states }: Pick<FlowRunPage, "flow_run" | "states">): Timeline {
  const first = states.find(({ type }) => type !== "SCHEDULED") ?? states[0];
  const origin = first?.timestamp ?? run.start_time ?? run.created;
  const zero = Date.parse(origin);
  const offset = (time: string | null) => (time === null ? null : (Date.parse(time) - zero) / 1000);
  return {
    origin,
    attempt_starts: [0],
    total: 1,
    truncated: false,
    id: [run.id],
    name: [run.name],
    task_key: [""],
    task_name: [run.flow_name],
    state_type: [run.state_type],
    state_name: [run.state_name],
    expected: [0],
    start: [0],
    end: [offset(run.end_time)],
    run_count: [run.run_count],
    attempt: [run.run_count],
    first_attempt: [1],
    parents: [[]],
    after: [[]],
    within: [null],
    child_flow_run_id: [null],
    child_name: [null],
    segments: states.flatMap(({ type, name, timestamp }) => {
      const at = offset(timestamp) ?? 0;
      return at < 0 ? [] : [[0, at, type, name ?? ""] as [number, number, typeof type, string]];
    }),
  };
}

export function rowOfRun(source: Timeline): TimelineRow {
  return { key: "run", depth: 0, label: source.name[0] ?? "", source, members: [0], kind: "task", open: false };
}

/** The line of the run above those of its tasks: when it was pending, running, paused, or waited for its next attempt. */
export function RunLine(props: {
  readonly row: TimelineRow;
  readonly canvas: Ref<HTMLCanvasElement>;
  readonly now: number;
  readonly top: number;
  readonly height: number;
  readonly labelWidth: number;
  readonly barWidth: number;
}) {
  const { row, now, labelWidth } = props;
  const { source } = row;
  const [type, name] = [source.state_type[0] ?? null, source.state_name[0] ?? null];
  const ran = ranOf(source, 0, now) ?? 0;
  return (
    <div
      role="img"
      aria-label={`The run itself: ${phases(row, now)}`}
      className="sticky z-10 flex border-b bg-surface"
      style={{ top: props.top, height: props.height }}
    >
      <span
        className="flex h-full min-w-0 shrink-0 items-center gap-1.5 border-r pr-2 pl-2 font-medium"
        style={{ width: labelWidth }}
        title={row.label}
      >
        <StateIcon silent type={type} name={name} className="size-3.5" />
        <span className="truncate">This run</span>
        <span className="ml-auto shrink-0 pl-1 text-xs font-normal text-faint">
          {type === "RUNNING" ? countingDuration(ran) : duration(ran)}
        </span>
      </span>
      <canvas ref={props.canvas} style={{ width: props.barWidth, height: props.height }} />
    </div>
  );
}

/** `pending 0.1 s, running 4.2 s, waiting for a person 12 m 25 s, running 2.4 s, completed`. */
function phases({ source }: TimelineRow, now: number): string {
  const all = spells(source, 0, now);
  return all
    .map(({ type, name, from, to }, at) => {
      const word = wordOf(type, name);
      return at === all.length - 1 && to === from ? word : `${word} ${duration(to - from)}`;
    })
    .join(", ");
}
