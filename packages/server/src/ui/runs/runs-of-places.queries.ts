import { type RawBuilder, type SqlBool, sql } from "kysely";
import { join } from "../../criteria/conditions.queries.ts";
import type { CriteriaOn } from "../../criteria/related.queries.ts";
import { workPoolCondition, workQueueCondition } from "../../criteria/work-pools.queries.ts";
import type { Reader } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";

/** So many runs are read and sorted in some ten milliseconds. More are found sooner along the index of their order. */
const maxRunsSorted = 10_000;
const maxQueues = 200;

/** Where a list looks for flow runs. */
export interface RunsSource {
  readonly from: RawBuilder<unknown>;
  readonly where: RawBuilder<SqlBool>;
}

const everyRun: RunsSource = { from: sql`flow_run`, where: sql`1 = 1` };

/**
 * The queues that the criteria name, where these have few runs. Else a list of a nearly empty pool walks over all runs of all other pools
 * by their times.
 */
export async function runsSource(reader: Reader, criteria: CriteriaOn<"flow_run">): Promise<RunsSource> {
  const { work_pools, work_pool_queues } = criteria;
  const condition = join([workPoolCondition(work_pools), workQueueCondition(work_pool_queues)], "and_");
  if (condition === undefined) return everyRun;
  const { rows: queues } = await sql<{ id: string }>`SELECT work_queue.id FROM work_queue
    JOIN work_pool ON work_pool.id = work_queue.work_pool_id WHERE ${condition} LIMIT ${maxQueues + 1}`.execute(reader);
  if (queues.length > maxQueues) return everyRun;
  const ofQueues = {
    from: sql`${idRows(queues.map(({ id }) => id))} AS wanted_queue CROSS JOIN flow_run`,
    where: sql<SqlBool>`flow_run.work_queue_id = wanted_queue.id`,
  };
  return (await hasFewRuns(reader, ofQueues)) ? ofQueues : everyRun;
}

async function hasFewRuns(reader: Reader, { from, where }: RunsSource): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM (
    SELECT 1 AS one FROM ${from} WHERE ${where} LIMIT ${maxRunsSorted + 1}) AS bounded`.execute(reader);
  return Number(rows[0]?.count ?? 0) <= maxRunsSorted;
}
