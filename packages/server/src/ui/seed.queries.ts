import { type Timestamp, toTimestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database, Writer } from "../db/dialects/dialect.ts";

export interface SeedSize {
  readonly flows: number;
  readonly flowRuns: number;
  readonly taskRuns: number;
  readonly logs: number;
}

/** The moment of the newest run that is made. */
export const seedEnd: Timestamp = toTimestamp("2030-01-31T00:00:00Z");
const spanMicros = 30 * 86_400 * 1_000_000;

/** Names for tests: the ids are made of numbers, so that a test can say which run it means. */
export const seedId = {
  flow: (number: number) => idOf("f", number),
  flowRun: (number: number) => idOf("a", number),
  taskRun: (number: number) => idOf("b", number),
};

/**
 * Fills the tables with believable runs over 30 days, by SQL alone: a million task runs take seconds. For tests of query
 * plans and for measuring, where the way through the API would take minutes. Run number 1 has all logs; run number 2 has a
 * hundredth of the task runs.
 */
export async function seed(db: Database, size: SeedSize): Promise<void> {
  await db.write((tx) => seedFlows(db, tx, size));
  await db.write((tx) => seedFlowRuns(db, tx, size));
  await db.write((tx) => seedTaskRuns(db, tx, size));
  await db.write((tx) => seedLogs(db, tx, size));
  await db.execute("ANALYZE");
}

function idOf(kind: string, number: number): string {
  return `${number.toString(16).padStart(8, "0")}-0000-7000-8000-${kind.repeat(12)}`;
}

async function seedFlows(db: Database, tx: Writer, { flows }: SeedSize): Promise<void> {
  await sql`INSERT INTO flow (id, created, updated, name, tags, labels)
    SELECT ${id(db, "f", "n")}, ${seedEnd - spanMicros}, ${seedEnd - spanMicros}, 'flow-' || n, ${json(db, "[]")}, '{}'
    FROM ${numbers(db, 1, flows)} AS series`.execute(tx);
}

const stateType = sql`CASE WHEN n % 1000 = 1 THEN 'RUNNING' WHEN n % 1000 = 3 THEN 'SCHEDULED' WHEN n % 50 = 7 THEN 'FAILED'
  WHEN n % 200 = 9 THEN 'CRASHED' WHEN n % 100 = 11 THEN 'CANCELLED' ELSE 'COMPLETED' END`;
const stateName = sql`CASE WHEN n % 1000 = 1 THEN 'Running' WHEN n % 2000 = 3 THEN 'Late' WHEN n % 1000 = 3 THEN 'Scheduled'
  WHEN n % 50 = 7 THEN 'Failed' WHEN n % 200 = 9 THEN 'Crashed' WHEN n % 100 = 11 THEN 'Cancelled' ELSE 'Completed' END`;

async function seedFlowRuns(db: Database, tx: Writer, { flows, flowRuns }: SeedSize): Promise<void> {
  const expected = at(`${seedEnd - spanMicros} + n * ${Math.floor(spanMicros / flowRuns)}`);
  await inPortions(flowRuns, (first, last) =>
    sql`INSERT INTO flow_run (id, created, updated, name, state_id, state_type, state_name, state_timestamp, run_count,
      expected_start_time, start_time, end_time, total_run_time, empirical_policy, tags, labels, flow_id, parameters, context,
      parent_task_run_id)
    SELECT ${id(db, "a", "n")}, ${expected}, ${expected}, 'run-' || (n * 7919 % 100003), ${id(db, "c", "n")}, ${stateType},
      ${stateName}, ${expected} + 60000000, 1, ${expected}, CASE WHEN n % 1000 = 3 THEN NULL ELSE ${expected} + 1000000 END,
      CASE WHEN n % 1000 IN (1, 3) THEN NULL ELSE ${expected} + 60000000 END, (n * 7919 % 600) * 1000000,
      '{}', CASE WHEN n % 10 = 0 THEN ${json(db, '["nightly","eu"]')} ELSE ${json(db, '["nightly"]')} END, '{}',
      ${id(db, "f", `(1 + n * 7919 % ${flows})`)}, '{"date": "2030-01-01", "rows": 100000}', '{}',
      CASE WHEN n % 10 = 4 AND n > 10 THEN ${id(db, "b", "(n - 1) * 10")} ELSE NULL END
    FROM ${numbers(db, first, last)} AS series`.execute(tx),
  );
  await sql`INSERT INTO flow_run_state (id, created, type, name, timestamp, message, state_details, flow_run_id)
    SELECT state_id, created, state_type, state_name, state_timestamp, 'ValueError: boom', '{}', id FROM flow_run`.execute(
    tx,
  );
}

/** Task runs go to the flow runs in turn, but for every hundredth, which goes to the second. */
async function seedTaskRuns(db: Database, tx: Writer, { flowRuns, taskRuns }: SeedSize): Promise<void> {
  const owner = `CASE WHEN n % 100 = 5 THEN 2 ELSE 1 + n / ${Math.max(1, Math.floor(taskRuns / flowRuns))} % ${flowRuns} END`;
  const expected = at(`${seedEnd - spanMicros} + n * ${Math.floor(spanMicros / taskRuns)}`);
  await inPortions(taskRuns, (first, last) =>
    sql`INSERT INTO task_run (id, created, updated, name, state_id, state_type, state_name, state_timestamp, run_count,
      expected_start_time, start_time, end_time, total_run_time, empirical_policy, tags, labels, flow_run_id, task_key,
      dynamic_key, task_inputs)
    SELECT ${id(db, "b", "n")}, ${expected}, ${expected}, 'task-' || (n % 997), ${id(db, "d", "n")}, ${stateType}, ${stateName},
      ${expected} + 60000000, 1 + n % 50 / 49, ${expected}, ${expected} + 1000000, ${expected} + 60000000, 59000000, '{}',
      ${json(db, "[]")}, '{}', ${id(db, "a", owner)}, 'task-' || (n % 7), cast(n AS text),
      '{"x": [{"input_type": "task_run", "id": "' || ${idText(db, "b", "abs(n - 10)")} || '"}]}'
    FROM ${numbers(db, first, last)} AS series`.execute(tx),
  );
  await sql`INSERT INTO task_run_state (id, created, type, name, timestamp, message, state_details, task_run_id)
    SELECT state_id, created, state_type, state_name, state_timestamp, NULL, '{}', id FROM task_run`.execute(tx);
}

async function seedLogs(db: Database, tx: Writer, { logs }: SeedSize): Promise<void> {
  const written = at(`${seedEnd - spanMicros} + n * 1000`);
  await inPortions(logs, (first, last) =>
    sql`INSERT INTO log (id, created, name, level, message, timestamp, flow_run_id)
    SELECT ${id(db, "e", "n")}, ${written}, 'prefect.flow_runs', CASE WHEN n = ${Math.floor(logs * 0.7)} THEN 40 ELSE 20 END,
      'Line ' || n || ' of a log that says what happens, more or less at the length of real lines', ${written},
      ${id(db, "a", "1")}
    FROM ${numbers(db, first, last)} AS series`.execute(tx),
  );
}

function at(expression: string) {
  return sql`CAST(${sql.raw(expression)} AS bigint)`;
}

function id(db: Database, kind: string, number: string) {
  return db.kind === "sqlite" ? idText(db, kind, number) : sql`CAST(${idText(db, kind, number)} AS uuid)`;
}

function idText(db: Database, kind: string, number: string) {
  const hex = db.kind === "sqlite" ? `printf('%08x', ${number})` : `lpad(to_hex(${number}), 8, '0')`;
  return sql`(${sql.raw(hex)} || ${sql.lit(`-0000-7000-8000-${kind.repeat(12)}`)})`;
}

function json({ kind }: Database, text: string) {
  return kind === "sqlite" ? sql.lit(text) : sql`CAST(${sql.lit(text)} AS jsonb)`;
}

/** Rows are made in portions, each within the time that a statement may take. */
const portion = 100_000;

async function inPortions(count: number, make: (first: number, last: number) => Promise<unknown>): Promise<void> {
  for (let first = 1; first <= count; first += portion) await make(first, Math.min(count, first + portion - 1));
}

function numbers({ kind }: Database, first: number, last: number) {
  return kind === "sqlite"
    ? sql`(WITH RECURSIVE s(n) AS (SELECT CAST(${first} AS integer) UNION ALL SELECT n + 1 FROM s WHERE n < ${last})
        SELECT n FROM s)`
    : sql`(SELECT generate_series(${first}::bigint, ${last}::bigint) AS n)`;
}
