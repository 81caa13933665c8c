import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type {
  BodyOf,
  countDeploymentsByFlow,
  countDeploymentsByState,
  DeploymentRow,
  listDeployments,
  NextRun,
  ReplyOf,
  Schedule,
} from "@ostinato/protocol";
import { scheduleInWords } from "@ostinato/schedules";
import { readJson, readPlainJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { countsOf } from "../lists/counts.ts";
import { recentBars } from "../runs/run-bars.service.ts";
import { figuresOf } from "./deployment-figures.service.ts";
import * as queries from "./deployment-list.queries.ts";

/** Deployments with all that a row shows: a few statements, whatever their number. */
export async function list(
  context: Context,
  body: BodyOf<typeof listDeployments>,
): Promise<ReplyOf<typeof listDeployments>> {
  const query = queryOf(body, context.clock.now());
  const [rows, count] = await Promise.all([
    queries.deploymentsInList(context.db, query),
    queries.countDeployments(context.db, query),
  ]);
  return { results: await withRuns(context, rows), count };
}

export async function countByState(
  { db }: Context,
  body: BodyOf<typeof countDeploymentsByState>,
): Promise<ReplyOf<typeof countDeploymentsByState>> {
  const { counts, ...rest } = countsOf(await queries.countDeploymentsByState(db, filterOf(body)));
  return { ...rest, counts: counts.map((row) => ({ ...row, paused: row.paused === 1 })) };
}

export async function countByFlow(
  { db }: Context,
  body: BodyOf<typeof countDeploymentsByFlow>,
): Promise<ReplyOf<typeof countDeploymentsByFlow>> {
  return countsOf(await queries.countDeploymentsByFlow(db, filterOf(body)));
}

function queryOf(body: BodyOf<typeof listDeployments>, now: Timestamp): queries.DeploymentListQuery {
  const { sort, limit, offset } = body;
  return { ...filterOf(body), sort: sort ?? "NAME_ASC", limit: limit ?? 50, offset: offset ?? 0, now };
}

function filterOf(body: BodyOf<typeof countDeploymentsByFlow>): queries.DeploymentFilter {
  const { ids, text, flow_ids, tags, status, paused, work_pools } = body;
  return {
    ids: ids ?? undefined,
    text: text === null || text?.trim() === "" ? undefined : text?.trim(),
    flowIds: flow_ids ?? [],
    tags: tags ?? [],
    status: status ?? undefined,
    paused: paused ?? undefined,
    workPools: work_pools ?? [],
  };
}

async function withRuns(context: Context, rows: readonly queries.DeploymentInList[]): Promise<DeploymentRow[]> {
  const ids = rows.map(({ id }) => id);
  const [schedules, next, recent, figures] = await Promise.all([
    queries.schedulesOf(context.db, ids),
    nextRunsOf(context, ids),
    recentBars(context, { of: "deployment", ids, limit: 20 }),
    figuresOf(context, ids),
  ]);
  const byDeployment = Map.groupBy(schedules, ({ deployment_id }) => deployment_id);
  return rows.map((row) => ({
    ...row,
    tags: readJson<string[]>(row.tags),
    paused: row.paused === 1,
    last_polled: row.last_polled === null ? null : formatTimestamp(row.last_polled),
    created: formatTimestamp(row.created),
    schedules: (byDeployment.get(row.id) ?? []).map(({ id, active, schedule }) => ({
      id,
      active: active === 1,
      words: scheduleInWords(readPlainJson<Schedule>(schedule)),
    })),
    next_run: next.get(row.id) ?? null,
    recent: recent.get(row.id) ?? [],
    ...(figures.get(row.id) ?? { counts: {}, p95: null }),
  }));
}

/** The earliest run of each deployment that has not started, by the id of the deployment. */
export async function nextRunsOf(
  { db }: Pick<Context, "db">,
  deploymentIds: readonly string[],
): Promise<ReadonlyMap<string, NextRun>> {
  const rows = await queries.nextRuns(db, deploymentIds);
  return new Map(
    rows.map(({ deployment_id, id, name, state_name, at }) => [
      deployment_id,
      { id, name, state_name, at: formatTimestamp(at) },
    ]),
  );
}
