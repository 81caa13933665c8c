import { microsPerSecond, type StateType, type Timestamp, terminalStateTypes } from "@ostinato/core";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Reader } from "../db/dialects/dialect.ts";
import type { Buckets, Tally } from "./history.ts";

/** The runs of one table that match. */
export interface RunsMatching {
  readonly table: "flow_run" | "task_run";
  readonly condition: RawBuilder<SqlBool>;
  readonly now: Timestamp;
}

/** Counts runs by the bucket that they were expected to start in, and by state. */
export function tallyRuns(reader: Reader, buckets: Buckets, runs: RunsMatching): Promise<Tally[]> {
  const { table, condition, now } = runs;
  const { start, widthMicros, count } = buckets;
  const expected = sql.ref(`${table}.expected_start_time`);
  return reader
    .selectFrom(table)
    .select([
      sql<number>`CAST((${expected} - ${start}) / ${widthMicros} AS integer)`.as("bucket"),
      sql<StateType>`state_type`.as("state_type"),
      sql<string>`state_name`.as("state_name"),
      sql<number>`count(*)`.as("runs"),
      sql<number>`sum(${runTime(now)})`.as("run_time"),
      sql<number>`sum(${lateness(now)})`.as("lateness"),
    ])
    .where(sql<SqlBool>`${expected} >= ${start}`)
    .where(sql<SqlBool>`${expected} < ${start + count * widthMicros}`)
    .where("state_id", "is not", null)
    .where(condition)
    .groupBy(sql`1, 2, 3`)
    .orderBy(sql`1, 2, 3`)
    .execute();
}

/** Seconds; null when no run matches. */
export async function averageLateness(reader: Reader, { table, condition, now }: RunsMatching): Promise<number | null> {
  const { average } = await reader
    .selectFrom(table)
    .select(sql<number | null>`avg(${lateness(now)})`.as("average"))
    .where(condition)
    .executeTakeFirstOrThrow();
  return average === null ? null : Number(average) / microsPerSecond;
}

function runTime(now: Timestamp) {
  return sql`total_run_time + CASE WHEN state_type = 'RUNNING' AND state_timestamp < ${now}
    THEN ${now} - state_timestamp ELSE 0 END`;
}

function lateness(now: Timestamp) {
  const ended = sql.join(terminalStateTypes.map((type) => sql.lit(type)));
  return sql`CASE
    WHEN start_time > expected_start_time THEN start_time - expected_start_time
    WHEN start_time IS NULL AND expected_start_time < ${now} AND coalesce(state_type, '') NOT IN (${ended})
      THEN ${now} - expected_start_time
    ELSE 0 END`;
}
