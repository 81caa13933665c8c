import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** The outcome of a statement: rows as lists of values, or the number of changes. */
export interface Outcome {
  /** Names of the columns; undefined for a statement that gives no rows. */
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly changes: number | bigint;
}

/**
 * Bytes of the file that are read where the system's cache has them: the most that SQLite takes. Each page behind them is
 * copied first, 2 µs each; counting a million rows then took 20 ms that takes 1.
 */
export const maxMapped = 2_147_418_112;

type Run = (parameters: readonly unknown[]) => Outcome;

const statementsKept = 500;

/** Runs statements on one connection and keeps them prepared, the same text for the same statement. */
export function statementsOf(database: DatabaseSync): (text: string, parameters: readonly unknown[]) => Outcome {
  const kept = new Map<string, Run>();
  return (text, parameters) => {
    let run = kept.get(text);
    if (run === undefined) {
      if (kept.size >= statementsKept) kept.clear();
      run = runOf(database.prepare(text));
      kept.set(text, run);
    }
    return run(parameters);
  };
}

function runOf(statement: StatementSync): Run {
  let columns = namesOf(statement);
  if (columns.length === 0) {
    return (parameters) => ({ rows: [], changes: statement.run(...(parameters as SQLInputValue[])).changes });
  }
  statement.setReturnArrays(true);
  return (parameters) => {
    const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as readonly (readonly unknown[])[];
    // SQLite prepares a statement again when the schema has changed, and `*` then stands for other columns.
    if (rows[0] !== undefined && rows[0].length !== columns.length) columns = namesOf(statement);
    return { columns, rows, changes: 0 };
  };
}

function namesOf(statement: StatementSync): readonly string[] {
  return statement.columns().map(({ name }) => name);
}

/**
 * Rows as objects that share one shape. Those that node:sqlite makes itself are hash tables: presenting a page of runs from
 * them took twice as long. The function that makes them is compiled for the columns: naming each property anew took 50 ns,
 * a third of a millisecond for such a page.
 */
export function objectsOf<R>({ columns = [], rows }: Pick<Outcome, "columns" | "rows">): R[] {
  return rows.map(makerOf(columns) as (values: readonly unknown[]) => R);
}

type Maker = (values: readonly unknown[]) => unknown;

const makers = new Map<string, Maker>();

function makerOf(columns: readonly string[]): Maker {
  const key = columns.join();
  let maker = makers.get(key);
  if (maker === undefined) {
    if (makers.size >= statementsKept) makers.clear();
    const properties = columns.map((name, index) => `${JSON.stringify(name)}: values[${index}]`);
    maker = new Function("values", `return { ${properties.join(", ")} };`) as Maker;
    makers.set(key, maker);
  }
  return maker;
}
