import { type StateType, stateTypes, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";

/** The time in which runs are counted. Runs that are scheduled for later are not in it. */
export interface Span {
  readonly since: Timestamp;
  readonly until: Timestamp;
}

export type CountsRow = { readonly deployment_id: string } & { readonly [T in StateType]: number };

/**
 * The runs of deployments by state. For each deployment one walk over a stretch of an index that holds all that is asked;
 * grouping the runs of all of them instead would sort them.
 */
export async function countsByState(db: Database, deploymentIds: readonly string[], span: Span): Promise<CountsRow[]> {
  if (deploymentIds.length === 0) return [];
  const sums = stateTypes.map(
    (type) => sql`coalesce(sum(CASE WHEN state_type = ${sql.lit(type)} THEN 1 END), 0) AS ${sql.ref(type)}`,
  );
  const each = deploymentIds.map(
    (id) => sql`SELECT CAST(${id} AS text) AS deployment_id, ${sql.join(sums)} FROM flow_run
      WHERE deployment_id = ${id} AND expected_start_time >= ${span.since} AND expected_start_time <= ${span.until}`,
  );
  const { rows } = await sql<CountsRow>`${sql.join(each, sql` UNION ALL `)}`.execute(db.slow);
  return rows;
}

export interface PercentileQuery extends Span {
  /** How many of the newest runs that completed are looked at, for each deployment. */
  readonly runsByDeployment: ReadonlyMap<string, number>;
  readonly share: number;
}

export interface PercentileRow {
  readonly deployment_id: string;
  /** Microseconds. */
  readonly total_run_time: number;
}

/** The duration below which a share of the newest completed runs of each deployment stayed, by nearest rank. */
export async function durationPercentiles(db: Database, query: PercentileQuery): Promise<PercentileRow[]> {
  const { since, until, runsByDeployment, share } = query;
  if (runsByDeployment.size === 0) return [];
  const each = Array.from(
    runsByDeployment,
    ([id, runs]) => sql`SELECT * FROM (
      SELECT deployment_id, total_run_time FROM (
        SELECT deployment_id, total_run_time FROM flow_run
        WHERE deployment_id = ${id} AND expected_start_time >= ${since} AND expected_start_time <= ${until}
          AND state_type = 'COMPLETED'
        ORDER BY expected_start_time DESC LIMIT ${runs}) AS newest
      ORDER BY total_run_time LIMIT 1 OFFSET ${Math.max(0, Math.ceil(runs * share) - 1)}) AS ranked`,
  );
  const { rows } = await sql<PercentileRow>`${sql.join(each, sql` UNION ALL `)}`.execute(db.slow);
  return rows;
}
