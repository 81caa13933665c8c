import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../src/db/dialect.ts";

const portion = 20_000;

/** Adds old flow runs with ten task runs, ten log lines and five events each, by SQL alone. */
export async function addOldRuns(
  db: Database,
  { runs, end }: { readonly runs: number; readonly end: Timestamp },
): Promise<void> {
  const text = (kind: string, number: string) =>
    db.kind === "sqlite"
      ? `(printf('%08x', ${number}) || '-0000-7000-8000-${kind.repeat(12)}')`
      : `(lpad(to_hex(${number}), 8, '0') || '-0000-7000-8000-${kind.repeat(12)}')`;
  const id = (kind: string, number: string) =>
    sql.raw(db.kind === "sqlite" ? text(kind, number) : `CAST(${text(kind, number)} AS uuid)`);
  const empty = sql.raw(db.kind === "sqlite" ? "'[]'" : "CAST('[]' AS jsonb)");
  const numbers = (first: number, last: number) =>
    sql.raw(
      db.kind === "sqlite"
        ? `(WITH RECURSIVE s(n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM s WHERE n < ${last}) SELECT n FROM s) AS series`
        : `(SELECT CAST(generate_series(${first}, ${last}) AS bigint) AS n) AS series`,
    );
  const at = (expression: string) => sql.raw(`CAST(${end} - 86400000000 + ${expression} AS bigint)`);
  await db.write((tx) =>
    sql`INSERT INTO flow (id, created, updated, name, tags, labels)
      VALUES (${id("f", "1")}, ${end}, ${end}, 'old', ${empty}, '{}')`.execute(tx),
  );
  const inPortions = async (
    count: number,
    statement: (series: ReturnType<typeof numbers>) => ReturnType<typeof sql>,
  ) => {
    for (let first = 1; first <= count; first += portion) {
      await db.write((tx) => statement(numbers(first, Math.min(count, first + portion - 1))).execute(tx));
    }
  };
  const run = sql`'Completed', 'COMPLETED', 1, '{}', ${empty}, '{}'`;
  await inPortions(
    runs,
    (series) => sql`INSERT INTO flow_run (id, created, updated, name, state_id, state_timestamp,
      expected_start_time, start_time, end_time, state_name, state_type, run_count, empirical_policy, tags, labels, flow_id,
      parameters, context)
    SELECT ${id("a", "n")}, ${at("n")}, ${at("n")}, 'run-' || n, ${id("c", "n")}, ${at("n")}, ${at("n")}, ${at("n")}, ${at("n")},
      ${run}, ${id("f", "1")}, '{"rows": 100000}', '{}' FROM ${series}`,
  );
  for (const [index, type] of ["PENDING", "RUNNING", "COMPLETED"].entries()) {
    await inPortions(
      runs,
      (series) => sql`INSERT INTO flow_run_state (id, created, type, name, timestamp, state_details, flow_run_id)
      SELECT ${id("c", `n * 3 + ${index}`)}, ${at("n")}, ${sql.lit(type)}, ${sql.lit(type)}, ${at(`n + ${index}`)}, '{}', ${id("a", "n")} FROM ${series}`,
    );
  }
  await inPortions(
    runs * 10,
    (series) => sql`INSERT INTO task_run (id, created, updated, name, state_id, state_timestamp,
      expected_start_time, start_time, end_time, state_name, state_type, run_count, empirical_policy, tags, labels, flow_run_id,
      task_key, dynamic_key, task_inputs)
    SELECT ${id("b", "n")}, ${at("n")}, ${at("n")}, 'task-' || n, ${id("d", "n")}, ${at("n")}, ${at("n")}, ${at("n")}, ${at("n")},
      ${run}, ${id("a", "1 + (n - 1) / 10")}, 'task', CAST(n AS text), '{}' FROM ${series}`,
  );
  for (const [index, type] of ["PENDING", "RUNNING", "COMPLETED"].entries()) {
    await inPortions(
      runs * 10,
      (series) => sql`INSERT INTO task_run_state (id, created, type, name, timestamp, state_details, task_run_id)
      SELECT ${id("d", `n * 3 + ${index}`)}, ${at("n")}, ${sql.lit(type)}, ${sql.lit(type)}, ${at(`n + ${index}`)}, '{}', ${id("b", "n")} FROM ${series}`,
    );
  }
  await inPortions(
    runs * 10,
    (series) => sql`INSERT INTO log (id, created, name, level, message, timestamp, flow_run_id)
    SELECT ${id("e", "n")}, ${at("n")}, 'prefect.flow_runs', 20, 'Line ' || n || ' says what happens at the length of a real one', ${at("n")},
      ${id("a", "1 + (n - 1) / 10")} FROM ${series}`,
  );
  const resource = sql.raw(
    `'{"prefect.resource.id":"prefect.flow-run.' || ${text("a", "1 + (n - 1) / 5")} || '","prefect.resource.name":"old"}'`,
  );
  await inPortions(
    runs * 5,
    (series) => sql`INSERT INTO event (id, occurred, received, event, resource_id, resource, related, payload)
    SELECT ${id("9", "n")}, ${at("n")}, ${at("n")}, 'prefect.flow-run.Completed', 'prefect.flow-run.' || ${sql.raw(text("a", "1 + (n - 1) / 5"))}, ${resource},
      '[{"prefect.resource.id":"prefect.flow.1","prefect.resource.role":"flow"}]', '{"intended":{"from":"RUNNING","to":"COMPLETED"}}' FROM ${series}`,
  );
  await inPortions(
    runs * 5,
    (series) => sql`INSERT INTO event_resource (resource_id, occurred, event_id)
    SELECT 'prefect.flow-run.' || ${sql.raw(text("a", "1 + (n - 1) / 5"))}, ${at("n")}, ${id("9", "n")} FROM ${series}`,
  );
  await inPortions(
    runs * 5,
    (series) => sql`INSERT INTO event_resource (resource_id, occurred, event_id)
    SELECT 'prefect.flow.1', ${at("n")}, ${id("9", "n")} FROM ${series}`,
  );
  await db.execute("ANALYZE");
}
