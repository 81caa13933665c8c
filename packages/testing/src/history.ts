import { type Dialect, dialects, type HistorySize, type Portion, portions } from "./history-sql.ts";

export type { HistorySize };

/** The target of the statements: a database with the server's empty tables. */
export interface HistoryTarget {
  readonly kind: Dialect["kind"];
  run(statement: string): Promise<unknown>;
}

/** Ids contain numbers from 1 on, so that callers can name a run. Greater numbers are newer. */
export const historyIds = {
  flow: (number: number) => idOf("f", number),
  flowRun: (number: number) => idOf("a", number),
  deployment: (number: number) => idOf("5", number),
  taskRun: (number: number) => idOf("b", number),
};

function idOf(kind: string, number: number): string {
  return `${number.toString(16).padStart(8, "0")}-0000-7000-8000-${kind.repeat(12)}`;
}

/** Special runs: one with a tenth of all log lines, one with a 125th of all task runs, one that failed. */
export const historyRuns = { logged: 1, large: 2, failed: 7 } as const;

/**
 * Fills the tables with believable runs over the 30 days before `end`, by SQL alone: a million task runs take a minute, where the API would
 * take hours. For tests of query plans and for measurements.
 */
export async function fillWithHistory(target: HistoryTarget, size: HistorySize, end: Date): Promise<void> {
  const dialect = dialects[target.kind];
  for (const { rows, statements } of portions) {
    for (const portion of split(rows(size))) {
      for (const statement of statements({ dialect, size, end: end.getTime() * 1000, portion }))
        await target.run(statement);
    }
  }
  await target.run("ANALYZE");
}

/** Each portion stays within the time limit of a statement. */
const portionRows = 50_000;

function split(rows: number): readonly Portion[] {
  return Array.from({ length: Math.ceil(rows / portionRows) }, (_, index) => ({
    first: index * portionRows + 1,
    last: Math.min(rows, (index + 1) * portionRows),
  }));
}
