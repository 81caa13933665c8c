import { isTerminal, type StateType, type Timestamp } from "@ostinato/core";
import type { FlowRunRow, HistoryInterval, TaskRunRow } from "@ostinato/protocol";
import { expect } from "vitest";
import type { Row } from "./world.ts";

/** Another operation that takes the criteria of a search, such as a list of a page. */
export interface Reading<R> {
  readonly path: string;
  /** What it takes beside the criteria. */
  readonly body?: object;
  /** The part of its answer that the criteria decide. */
  readonly found: (answer: never) => unknown;
  /** The same for the rows that the oracle selects. */
  readonly expected: (rows: readonly R[]) => unknown;
}

/** What runs of flows and of tasks have in common. */
type Run = Row<"flow_run"> | Row<"task_run">;

export function pagesOf<R extends { readonly id: string }>(noun: string): Reading<R> {
  return {
    path: `/${noun}/paginate`,
    found: ({ results, count }: { results: readonly R[]; count: number }) => [idsOf(results), count],
    expected: (rows) => [idsOf(rows), rows.length],
  };
}

export function listOf<R extends { readonly id: string }>(noun: "flow_runs" | "task_runs"): Reading<R> {
  return {
    path: `/ui/${noun}/list`,
    body: { limit: 200, count: true },
    found: ({ results, count }: { results: readonly (FlowRunRow | TaskRunRow)[]; count: number }) => [
      idsOf(results),
      count,
    ],
    expected: (rows) => [idsOf(rows), rows.length],
  };
}

/** The numbers in the menus of a list: by the name of the state, and by flow. */
export function countsByState<R extends Run>(noun: "flow_runs" | "task_runs"): Reading<R> {
  return {
    path: `/ui/${noun}/count_by_state`,
    found: ({ counts }: { counts: readonly { state_type: string; state_name: string; count: number }[] }) =>
      counts.map(({ state_type, state_name, count }) => `${state_type} ${state_name} ${count}`).toSorted(),
    expected: (rows) => grouped(rows, ({ state_type, state_name }) => `${state_type} ${state_name}`),
  };
}

export function countsByFlow<R>(noun: "flow_runs" | "task_runs", flowOf: (row: R) => string | null): Reading<R> {
  return {
    path: `/ui/${noun}/count_by_flow`,
    found: ({ counts }: { counts: readonly { flow_id: string | null; count: number }[] }) =>
      counts.map(({ flow_id, count }) => `${flow_id} ${count}`).toSorted(),
    expected: (rows) => grouped(rows, (row) => `${flowOf(row)}`),
  };
}

function grouped<R>(rows: readonly R[], by: (row: R) => string): readonly string[] {
  return [...Map.groupBy(rows, by)].map(([group, { length }]) => `${group} ${length}`).toSorted();
}

export function pointsOfFlowRuns(): Reading<Row<"flow_run">> {
  return { path: "/ui/flow_runs/history", found: idsOf, expected: idsOf };
}

const history = {
  history_start: "2030-01-01T00:00:00Z",
  history_end: "2030-01-01T00:01:00Z",
  history_interval_seconds: 10,
};

/** Runs by the interval that they are expected to start in, and by state. A run without a state is not counted. */
export function historyOf<R extends Run>(noun: "flow_runs" | "task_runs"): Reading<R> {
  const intervalMicros = history.history_interval_seconds * 1_000_000;
  return {
    path: `/${noun}/history`,
    body: history,
    found: (intervals: readonly HistoryInterval[]) =>
      intervals
        .flatMap(({ states }, index) =>
          states.map(({ state_type, state_name, count_runs }) => `${index} ${state_type} ${state_name} ${count_runs}`),
        )
        .toSorted(),
    expected: (rows) => {
      const start = Date.parse(history.history_start) * 1000;
      const indexOf = (run: R) => Math.floor(((run.expected_start_time ?? 0) - start) / intervalMicros);
      const counted = rows.filter(({ state_id }) => state_id !== null);
      const groups = Map.groupBy(counted, (run) => `${indexOf(run)} ${run.state_type} ${run.state_name}`);
      return [...groups].map(([group, runs]) => `${group} ${runs.length}`).toSorted();
    },
  };
}

/** The average in seconds; `now` is the time of the server. */
export function latenessOfFlowRuns(now: Timestamp): Reading<Row<"flow_run">> {
  return {
    path: "/flow_runs/lateness",
    found: (seconds: number | null) => seconds,
    expected: (rows) => {
      const sum = rows.reduce((total, run) => total + lateMicros(run, now), 0);
      // The clock of the server moves on by a microsecond whenever it is read.
      return rows.length === 0 ? null : expect.closeTo(sum / rows.length / 1_000_000, 1);
    },
  };
}

function lateMicros({ expected_start_time, start_time, state_type }: Row<"flow_run">, now: Timestamp): number {
  const expected = expected_start_time ?? 0;
  if (start_time !== null) return Math.max(0, start_time - expected);
  const hasEnded = state_type !== null && isTerminal(state_type as StateType);
  return hasEnded ? 0 : Math.max(0, now - expected);
}

/** Microseconds for which a run has been running at a time of the server. */
export function runMicros({ total_run_time, state_type, state_timestamp }: Run, now: Timestamp): number {
  return total_run_time + (state_type === "RUNNING" ? Math.max(0, now - (state_timestamp ?? now)) : 0);
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id).toSorted();
}
