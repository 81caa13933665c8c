import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { BodyOf, listWorkPools, ReplyOf, WorkPoolRow } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { lateSeconds } from "../../overdue/overdue.service.ts";
import { figuresByQueue, momentOf, sumOf } from "./place-figures.service.ts";
import { poolProblems } from "./place-problems.rules.ts";
import * as queries from "./work-pool-list.queries.ts";

/** Work pools with all that a row shows: a few statements, whatever their number. */
export async function list(
  context: Context,
  body: BodyOf<typeof listWorkPools>,
): Promise<ReplyOf<typeof listWorkPools>> {
  const query = queryOf(body);
  const [rows, count, types] = await Promise.all([
    queries.workPoolsInList(context.db, query),
    queries.countWorkPools(context.db, query),
    queries.typesOfPools(context.db),
  ]);
  return { results: await withFigures(context, rows), count, types };
}

/** Pools with late runs that nobody takes, at most `limit`. */
export async function poolsInTrouble(context: Context, limit: number): Promise<WorkPoolRow[]> {
  const dueBefore = addSeconds(context.clock.now(), -lateSeconds);
  const ids = await queries.poolsWithLateRuns(context.db, dueBefore, limit);
  if (ids.length === 0) return [];
  const rows = await queries.workPoolsInList(context.db, { ...queryOf({ ids }), limit });
  return (await withFigures(context, rows)).filter(({ problem }) => problem !== null);
}

function queryOf(body: BodyOf<typeof listWorkPools>): queries.WorkPoolListQuery {
  const { ids, text, types, statuses, limit, offset } = body;
  const wanted = text?.trim() ?? "";
  return {
    ids: ids ?? undefined,
    text: wanted === "" ? undefined : wanted,
    types: types ?? [],
    statuses: statuses ?? [],
    limit: limit ?? 50,
    offset: offset ?? 0,
  };
}

async function withFigures(context: Context, rows: readonly queries.WorkPoolInList[]): Promise<WorkPoolRow[]> {
  const ids = rows.map(({ id }) => id);
  const [queues, workers] = await Promise.all([
    queries.queuesOfPools(context.db, ids),
    queries.workersOfPools(context.db, ids),
  ]);
  const figures = await figuresByQueue(context, queues);
  const queuesByPool = Map.groupBy(queues, ({ work_pool_id }) => work_pool_id);
  const workersByPool = new Map(workers.map((row) => [row.work_pool_id, row]));
  return rows.map((row): WorkPoolRow => {
    const sum = sumOf((queuesByPool.get(row.id) ?? []).flatMap(({ id }) => figures.get(id) ?? []));
    const { online = 0, last_sign = null } = workersByPool.get(row.id) ?? {};
    const pool = { ...row, is_paused: row.is_paused === 1, created: formatTimestamp(row.created), ...sum };
    const [problem] = poolProblems({
      ...pool,
      figures: sum,
      workersOnline: online,
      lastSign: momentOf(last_sign),
    });
    return { ...pool, workers_online: online, problem: problem?.reason ?? null };
  });
}
