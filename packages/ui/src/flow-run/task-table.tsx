import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import type { Timeline } from "../api/types.ts";
import { SearchField, Select } from "../components/field.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount, countingDuration, duration, exact, sinceStart } from "../format.ts";
import { useNowWhile } from "../now.ts";
import { StateIcon, StateWord } from "../runs/state.tsx";
import { type StateType, stateLook, stateTypeOrder } from "../states.ts";
import { type RunAttempts, timelineOfAttempt } from "./chosen-attempt.ts";
import { timelineQuery } from "./flow-run.queries.ts";
import { runLabel } from "./task-groups.ts";
import { ranOf } from "./timeline/spells.ts";

const rowHeight = 34;
const sorts = [
  { value: "start", label: "By start" },
  { value: "duration", label: "Longest first" },
  { value: "name", label: "By name" },
] as const;
type Sort = (typeof sorts)[number]["value"];

interface TableProps {
  readonly id: string;
  readonly attempts: RunAttempts;
}

/** The timeline of the chosen attempt. */
function useTimeline(id: string, { chosen }: RunAttempts): Timeline | undefined {
  const timeline = useQuery(timelineQuery(id)).data;
  return timeline === undefined ? undefined : timelineOfAttempt(timeline, chosen);
}

/** All task runs of the run as a plain list, for searching, sorting and screen readers. */
export function TaskTable({ id, attempts }: TableProps) {
  const timeline = useTimeline(id, attempts);
  const [text, setText] = useState("");
  const [state, setState] = useState<StateType | "all">("all");
  const [sort, setSort] = useState<Sort>("start");
  const rows = useMemo(
    () => (timeline === undefined ? [] : chosenRows(timeline, { text, state, sort })),
    [timeline, text, state, sort],
  );
  if (timeline === undefined) return <Skeleton rows={8} height={rowHeight} />;
  const present = stateTypeOrder.filter((type) => timeline.state_type.includes(type));
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField label="Filter by name" value={text} onChange={setText} className="w-48" />
        <Select
          label="State"
          value={state}
          onChange={setState}
          options={[
            { value: "all" as const, label: "All states" },
            ...present.map((type) => ({ value: type, label: stateLook(type).label })),
          ]}
        />
        <Select label="Order" value={sort} onChange={setSort} options={sorts} />
        <span className="text-xs text-faint" role="status">
          {amount(rows.length, "task run")}
        </span>
      </div>
      <Rows timeline={timeline} rows={rows} tellsAttempt={tellsAttempt(attempts)} />
    </div>
  );
}

export function SubflowTable({ id, attempts }: TableProps) {
  const timeline = useTimeline(id, attempts);
  const rows = useMemo(
    () =>
      timeline === undefined
        ? []
        : timeline.id.map((_, row) => row).filter((row) => timeline.child_flow_run_id[row] !== null),
    [timeline],
  );
  if (timeline === undefined) return <Skeleton rows={4} height={rowHeight} />;
  if (rows.length === 0)
    return (
      <p className="py-4 text-muted">
        No flow was called in this run. A flow that is called by another one runs as its subflow.
      </p>
    );
  return <Rows timeline={timeline} rows={rows} tellsAttempt={tellsAttempt(attempts)} />;
}

/** Where the runs of several attempts stand together, each says to which it belongs. */
function tellsAttempt({ all, chosen }: RunAttempts): boolean {
  return all.length > 1 && chosen === undefined;
}

function attemptText(timeline: Timeline, row: number, tells: boolean): string {
  const own = timeline.run_count[row] ?? 0;
  return [tells ? `in attempt ${timeline.attempt[row]}` : "", own > 1 ? `${own} attempts` : ""]
    .filter(Boolean)
    .join(", ");
}

function Rows(props: {
  readonly timeline: Timeline;
  readonly rows: readonly number[];
  readonly tellsAttempt: boolean;
}) {
  const { timeline, rows } = props;
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const origin = Date.parse(timeline.origin);
  const moment = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? null : origin + seconds * 1000;
  return (
    <div
      ref={box}
      role="table"
      aria-label="Task runs"
      aria-rowcount={rows.length}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-y-auto rounded-lg border bg-surface"
      style={{ height: Math.min(rows.length * rowHeight + 2, 560) }}
    >
      <div role="rowgroup" className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index] ?? 0;
          const type = timeline.state_type[row] ?? null;
          const name = timeline.state_name[row] ?? null;
          const child = timeline.child_flow_run_id[row] ?? null;
          const label = runLabel(timeline, row);
          return (
            <div
              key={timeline.id[row]}
              role="row"
              aria-rowindex={item.index + 1}
              className={`absolute inset-x-0 grid grid-cols-[minmax(0,1fr)_84px] items-center gap-3 px-3 hover:bg-hover ${props.tellsAttempt ? "sm:grid-cols-[minmax(0,1fr)_120px_150px_88px_84px]" : "sm:grid-cols-[minmax(0,1fr)_120px_64px_88px_84px]"} ${item.index === 0 ? "" : "border-t"}`}
              style={{ top: item.start, height: rowHeight }}
            >
              <span role="cell" className="flex min-w-0 items-center gap-2">
                <StateIcon type={type} name={name} />
                {child === null ? (
                  <Link
                    to="/runs/task-run/$id"
                    params={{ id: timeline.id[row] ?? "" }}
                    className="truncate hover:underline"
                  >
                    {label}
                  </Link>
                ) : (
                  <Link to="/runs/flow-run/$id" params={{ id: child }} className="truncate font-medium hover:underline">
                    {label}
                  </Link>
                )}
              </span>
              <span role="cell" className="flex min-w-0 max-sm:hidden">
                <StateWord type={type} name={name} />
              </span>
              <span role="cell" className="text-right text-xs text-faint max-sm:hidden">
                {attemptText(timeline, row, props.tellsAttempt)}
              </span>
              <span role="cell" className="text-right text-muted max-sm:hidden">
                <SinceStart time={moment(timeline.start[row] ?? timeline.expected[row])} origin={origin} />
              </span>
              <span role="cell" className="text-right">
                <TaskTime timeline={timeline} row={row} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A time in the run, which tells its rows apart. */
function SinceStart({ time, origin }: { readonly time: number | null; readonly origin: number }) {
  if (time === null) return <span className="text-faint">–</span>;
  return (
    <time dateTime={new Date(time).toISOString()} title={exact(time)}>
      {sinceStart(time - origin)}
    </time>
  );
}

/** The time that a task run has been running. */
function TaskTime({ timeline, row }: { readonly timeline: Timeline; readonly row: number }) {
  const running = timeline.state_type[row] === "RUNNING";
  const ran = ranOf(timeline, row, useNowWhile(running));
  if (ran === null) return <span className="text-faint">–</span>;
  return <span className="figures">{running ? countingDuration(ran) : duration(ran)}</span>;
}

function chosenRows(
  timeline: Timeline,
  filter: { readonly text: string; readonly state: StateType | "all"; readonly sort: Sort },
): readonly number[] {
  const text = filter.text.toLowerCase();
  const rows = timeline.id
    .map((_, row) => row)
    .filter(
      (row) =>
        (filter.state === "all" || timeline.state_type[row] === filter.state) && nameText(timeline, row).includes(text),
    );
  const start = (row: number) => timeline.start[row] ?? timeline.expected[row] ?? Number.POSITIVE_INFINITY;
  const now = Date.now();
  const spent = (row: number) => ranOf(timeline, row, now) ?? -1;
  const orders: Readonly<Record<Sort, (a: number, b: number) => number>> = {
    start: (a, b) => start(a) - start(b),
    duration: (a, b) => spent(b) - spent(a),
    name: (a, b) => (timeline.name[a] ?? "").localeCompare(timeline.name[b] ?? "", undefined, { numeric: true }),
  };
  return rows.sort(orders[filter.sort]);
}

/** What a search by name looks at: the label that the list shows, and the name as it was recorded. */
function nameText(timeline: Timeline, row: number): string {
  return `${runLabel(timeline, row)} ${timeline.name[row] ?? ""}`.toLowerCase();
}
