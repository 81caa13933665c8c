import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { begin } from "./flow-run-list.queries.ts";

export interface BarRow {
  /** The flow, or the deployment. */
  readonly owner_id: string;
  readonly id: string;
  readonly name: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state_timestamp: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly total_run_time: number;
  readonly begin: Timestamp | null;
}

/** Whose runs are asked for, and the time by which an index has them in order. */
export const owners = {
  flow: { column: sql`flow_id`, time: begin },
  deployment: { column: sql`deployment_id`, time: sql<Timestamp | null>`flow_run.expected_start_time` },
} as const;

export interface RecentRuns {
  readonly of: keyof typeof owners;
  readonly ids: readonly string[];
  readonly limit: number;
  /** Runs scheduled for later are not recent. */
  readonly until: Timestamp;
  readonly since?: Timestamp | undefined;
}

/** The last runs of each flow or deployment, newest first, found by an index for each, in one statement. */
export async function recentRuns(db: Database, { of, ids, limit, since, until }: RecentRuns): Promise<BarRow[]> {
  if (ids.length === 0) return [];
  const { column, time } = owners[of];
  const after = since === undefined ? sql`` : sql`AND ${time} >= ${since}`;
  const each = ids.map(
    (
      id,
    ) => sql`SELECT * FROM (SELECT ${column} AS owner_id, id, name, state_type, state_name, state_timestamp, start_time,
        total_run_time, ${begin} AS begin
      FROM flow_run WHERE ${column} = ${id} AND ${time} <= ${until} ${after}
      ORDER BY ${time} DESC, id DESC LIMIT ${limit}) AS of_owner`,
  );
  const { rows } = await sql<BarRow>`${sql.join(each, sql` UNION ALL `)}`.execute(db.read);
  return rows;
}
