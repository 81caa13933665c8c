import type { Timeline } from "../api/types.ts";

/** The columns of a timeline that have a value for each row. */
export const columnNames = [
  "id",
  "name",
  "task_key",
  "task_name",
  "state_type",
  "state_name",
  "expected",
  "start",
  "end",
  "run_count",
  "attempt",
  "first_attempt",
  "parents",
  "after",
  "within",
  "child_flow_run_id",
  "child_name",
] as const satisfies readonly (keyof Timeline)[];

/** The columns of a timeline, writable. */
export type Columns = { -readonly [K in keyof Timeline]: Timeline[K] };

/** A timeline whose columns can be changed without changing the given one's. */
export function copied(timeline: Timeline): Columns {
  const columns = columnNames.map((name) => [name, [...timeline[name]]] as const);
  return { ...timeline, segments: [...timeline.segments], ...Object.fromEntries(columns) };
}

/** A timeline of some rows of another, in their order. What they refer to is left out where it is not among them. */
export function withRows(timeline: Timeline, rows: readonly number[]): Timeline {
  const place = new Map(rows.map((row, index) => [row, index]));
  const placesOf = (others: readonly number[] = []) => others.flatMap((other) => place.get(other) ?? []);
  const columns = columnNames.map((name) => [name, rows.map((row) => timeline[name][row])] as const);
  return {
    ...timeline,
    ...Object.fromEntries(columns),
    total: rows.length,
    parents: rows.map((row) => placesOf(timeline.parents[row])),
    after: rows.map((row) => placesOf(timeline.after[row])),
    within: rows.map((row) => place.get(timeline.within[row] ?? -1) ?? null),
    segments: timeline.segments.flatMap(([row, ...state]) => {
      const index = place.get(row);
      return index === undefined ? [] : [[index, ...state]];
    }) as Timeline["segments"],
  };
}
