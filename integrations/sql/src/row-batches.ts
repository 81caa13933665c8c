import type { Rows } from "./database.ts";
import type { Dialect } from "./engine.ts";
import { InputProblem, SourceFailure } from "./input-problem.ts";
import { boundValue } from "./parameters.ts";

/** Rows as lists of bound values in batches, with the columns that the first row has. */
export interface RowBatches {
  readonly columns: readonly string[];
  readonly batches: AsyncIterable<readonly (readonly unknown[])[]>;
  /** How many rows have been taken so far. */
  readonly count: () => number;
}

interface BatchOptions {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly batchRows: number;
}

/** Undefined where there are no rows. */
export async function rowBatches(dialect: Dialect, rows: Rows, options: BatchOptions): Promise<RowBatches | undefined> {
  const given = taken(rows);
  const first = await given.next();
  if (first.done) return undefined;
  const columns = options.columns ?? Object.keys(recordOf(first.value, 1, options.table));
  if (columns.length === 0) throw new InputProblem(`row 1 for the table ${options.table} has no columns.`);
  const known = new Set(columns);
  let count = 0;
  const bound = (given: unknown) => {
    count += 1;
    const row = recordOf(given, count, options.table);
    const unknown = Object.keys(row).find((column) => !known.has(column));
    if (unknown !== undefined) {
      throw new InputProblem(
        `row ${count} for the table ${options.table} has the column "${unknown}", and the rows have ${columns.join(", ")}. Name all of them in columns.`,
      );
    }
    return columns.map((column) =>
      boundValue(dialect, `the column "${column}" of row ${count} for the table ${options.table}`, row[column] ?? null),
    );
  };
  async function* batches() {
    let batch = [bound(first.value)];
    for await (const row of given) {
      if (batch.length >= options.batchRows) {
        yield batch;
        batch = [];
      }
      batch.push(bound(row));
    }
    yield batch;
  }
  return { columns, batches: batches(), count: () => count };
}

async function* taken(rows: Rows): AsyncGenerator<unknown> {
  try {
    yield* rows;
  } catch (error) {
    throw new SourceFailure(error);
  }
}

function recordOf(row: unknown, count: number, table: string): Readonly<Record<string, unknown>> {
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Readonly<Record<string, unknown>>;
  throw new InputProblem(
    `row ${count} for the table ${table} is ${JSON.stringify(row)}: give a record by column, as { id: 1 }.`,
  );
}
