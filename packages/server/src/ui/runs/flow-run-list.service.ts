import { formatTimestamp, microsPerSecond, secondsBetween, type Timestamp } from "@ostinato/core";
import type {
  BodyOf,
  countFlowRunsByFlow,
  countFlowRunsByState,
  FlowRunPoint,
  listFlowRunPoints,
  listFlowRuns,
  ReplyOf,
  RunCriteria,
} from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { runsOfFailure } from "../failures/failure-groups.service.ts";
import { countsOf, maxCounted } from "../lists/counts.ts";
import { readCursor, writeCursor } from "../lists/keyset.ts";
import * as queries from "./flow-run-list.queries.ts";
import { readRows } from "./run-rows.service.ts";

export async function list(context: Context, body: BodyOf<typeof listFlowRuns>): Promise<ReplyOf<typeof listFlowRuns>> {
  const { sort: given, limit: wanted, cursor, count: counting, failure, ...asked } = body;
  const criteria = await ofFailure(context, asked, failure);
  const sort = given ?? "START_TIME_DESC";
  const limit = wanted ?? 50;
  const after = readCursor(sort, cursor);
  const positions = await queries.flowRunPositions(context.db, { criteria, sort, limit: limit + 1, after });
  const page = positions.slice(0, limit);
  const last = page.at(-1);
  const isWhole = after === undefined && positions.length <= limit;
  const [results, counted] = await Promise.all([
    readRows(
      context,
      page.map(({ id }) => id),
    ),
    counting !== true ? null : isWhole ? page.length : queries.countFlowRuns(context.db, criteria, maxCounted),
  ]);
  return {
    results,
    next_cursor: last === undefined || positions.length <= limit ? null : writeCursor(sort, last),
    count: counted === null ? null : Math.min(counted, maxCounted),
    count_capped: counted !== null && counted > maxCounted,
  };
}

export async function countByState(
  context: Context,
  { failure, ...asked }: BodyOf<typeof countFlowRunsByState>,
): Promise<ReplyOf<typeof countFlowRunsByState>> {
  const criteria = await ofFailure(context, asked, failure);
  return countsOf(await queries.countFlowRunsByState(context.db, criteria, maxCounted));
}

export async function countByFlow(
  context: Context,
  { failure, ...asked }: BodyOf<typeof countFlowRunsByFlow>,
): Promise<ReplyOf<typeof countFlowRunsByFlow>> {
  const criteria = await ofFailure(context, asked, failure);
  return countsOf(await queries.countFlowRunsByFlow(context.db, criteria, maxCounted));
}

export async function points(context: Context, body: BodyOf<typeof listFlowRunPoints>): Promise<FlowRunPoint[]> {
  const { db, clock } = context;
  const { sort, limit, offset, failure, ...asked } = body;
  const criteria = await ofFailure(context, asked, failure);
  const query = {
    criteria,
    sort: sort ?? "EXPECTED_START_TIME_DESC",
    limit: limit ?? 1000,
    offset: offset ?? 0,
  } as const;
  const rows = await queries.flowRunPoints(db, query);
  const now = clock.now();
  return rows.map((row) => point(row, now));
}

/** The criteria for the runs of a group of failures alone. */
async function ofFailure(
  context: Context,
  criteria: RunCriteria,
  failure: string | null | undefined,
): Promise<RunCriteria> {
  if (failure === null || failure === undefined) return criteria;
  return { flow_runs: { id: { any_: await runsOfFailure(context, criteria, failure) } } };
}

function point(row: queries.PointRow, now: Timestamp): FlowRunPoint {
  const { state_type, state_timestamp, start_time, expected_start_time } = row;
  const spell = state_type === "RUNNING" && state_timestamp !== null ? Math.max(0, now - state_timestamp) : 0;
  const late = expected_start_time === null ? 0 : secondsBetween(expected_start_time, start_time ?? now);
  return {
    id: row.id,
    name: row.name,
    flow_name: row.flow_name,
    state_type,
    state_name: row.state_name,
    timestamp: formatTimestamp(start_time ?? expected_start_time ?? row.created),
    duration: (row.total_run_time + spell) / microsPerSecond,
    lateness: Math.max(0, late),
  };
}
