import type { StateType } from "@ostinato/core";

/** Counting stops here: nobody turns a hundred thousand rows by hand, and the number only has to look large. */
export const maxCounted = 100_000;

export interface StateCountRow {
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly count: number;
}

export interface FlowCountRow {
  readonly flow_id: string | null;
  readonly count: number;
}

/** Counts by a property, or none where only some of what a filter finds was counted. PostgreSQL gives counts as text. */
export function countsOf<Row extends { readonly count: number }>(rows: readonly Row[]) {
  const counts = rows.map((row) => ({ ...row, count: Number(row.count) }));
  const isCapped = counts.reduce((sum, { count }) => sum + count, 0) > maxCounted;
  return { counts: isCapped ? [] : counts, count_capped: isCapped };
}
