import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { Target } from "../target.ts";
import { makeDue, type Pool, propose, type WorkersStage } from "./pools.ts";

export interface Crowd {
  readonly finished: number;
  readonly late: number;
}

/** Fills the pool with runs that have ended and runs that are late, as copies of one each. */
export async function crowdPool(stage: WorkersStage, pool: Pool, { finished, late }: Crowd): Promise<void> {
  const [ended = "", due = ""] = await makeDue(stage, pool, 2);
  for (const type of ["PENDING", "RUNNING", "COMPLETED"]) await propose(stage, ended, { type });
  const database = await open(stage.target);
  try {
    await copyRun(database, { id: ended, count: finished, prefix: "e", stateName: "Completed" });
    await copyRun(database, { id: due, count: late, prefix: "d", stateName: "Late" });
    await database.analyze();
  } finally {
    await database.close();
  }
}

interface Database {
  columnsOf(table: string): Promise<readonly string[]>;
  run(statement: string): Promise<unknown>;
  /** A source of rows with one column `n`, from 1. */
  numbers(count: number): string;
  /** An id with these first four digits, from `n`. */
  id(prefix: string): string;
  /** Gives the planner what it otherwise learns in the background. */
  analyze(): Promise<unknown>;
  close(): Promise<void> | void;
}

interface Copies {
  readonly id: string;
  readonly count: number;
  /** A hexadecimal digit, for the ids. */
  readonly prefix: string;
  readonly stateName: string;
}

async function copyRun(database: Database, { id, count, prefix, stateName }: Copies): Promise<void> {
  const [runId, stateId] = [database.id(`${prefix}000`), database.id(`${prefix}111`)];
  const copy = async (table: string, condition: string, changed: Readonly<Record<string, string>>) => {
    const columns = await database.columnsOf(table);
    const values = columns.map((column) => changed[column] ?? `original.${column}`);
    await database.run(`INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")}
      FROM ${table} AS original CROSS JOIN ${database.numbers(count)} AS numbers WHERE original.${condition} = '${id}'
      ${table === "flow_run" ? "" : `AND original.id = (SELECT state_id FROM flow_run WHERE id = '${id}')`}`);
  };
  await copy("flow_run", "id", { id: runId, state_id: stateId, state_name: `'${stateName}'` });
  await copy("flow_run_state", "flow_run_id", { id: stateId, flow_run_id: runId, name: `'${stateName}'` });
}

async function open({ database, databaseUrl }: Target): Promise<Database> {
  return database === "sqlite" ? openSqlite(databaseUrl.replace("sqlite:///", "")) : await openPostgres(databaseUrl);
}

function openSqlite(file: string): Database {
  const database = new DatabaseSync(file, { timeout: 30_000 });
  return {
    columnsOf: async (table) =>
      database
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => String(name)),
    run: async (statement) => database.exec(statement),
    numbers: (count) =>
      `(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${count}) SELECT n FROM s)`,
    id: (prefix) => `('0000${prefix}-0000-7000-8000-' || printf('%012x', n))`,
    analyze: async () => {},
    close: () => database.close(),
  };
}

async function openPostgres(connectionString: string): Promise<Database> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return {
    async columnsOf(table) {
      const { rows } = await client.query<{ column_name: string }>(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1",
        [table],
      );
      return rows.map(({ column_name }) => column_name);
    },
    run: (statement) => client.query(statement),
    numbers: (count) => `(SELECT generate_series(1, ${count}) AS n)`,
    id: (prefix) => `CAST('0000${prefix}-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS uuid)`,
    analyze: () => client.query("VACUUM ANALYZE flow_run, flow_run_state"),
    close: () => client.end(),
  };
}
