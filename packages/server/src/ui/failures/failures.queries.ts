import { failureStateTypes, type StateType, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import { everything } from "../../criteria/conditions.queries.ts";
import { type CriteriaOn, matching } from "../../criteria/related.queries.ts";
import type { Database } from "../../db/dialect.ts";
import { begin } from "../runs/flow-run-list.queries.ts";

export interface FailedRunInTime {
  readonly id: string;
  readonly name: string;
  readonly state_type: StateType;
  readonly state_name: string;
  readonly at: Timestamp;
}

/** The newest runs that failed or crashed. Each type is read along the index of its runs by time, so no other run is looked at. */
export async function newestFailures(
  db: Database,
  criteria: CriteriaOn<"flow_run">,
  limit: number,
): Promise<FailedRunInTime[]> {
  const condition = matching("flow_run", criteria) ?? everything;
  const each = failureStateTypes.map(
    (type) => sql`SELECT * FROM (SELECT flow_run.id, flow_run.name, flow_run.state_type, flow_run.state_name,
        coalesce(flow_run.end_time, flow_run.state_timestamp) AS at, ${begin} AS begin
      FROM flow_run WHERE flow_run.state_type = ${sql.lit(type)} AND ${condition}
      ORDER BY ${begin} DESC, flow_run.id DESC LIMIT ${limit}) AS of_type`,
  );
  const { rows } = await sql<FailedRunInTime>`
    SELECT id, name, state_type, state_name, at FROM (${sql.join(each, sql` UNION ALL `)}) AS failed
    ORDER BY begin DESC, id DESC LIMIT ${limit}`.execute(db.slow);
  return rows;
}
