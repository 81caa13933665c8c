import { formatTimestamp, microsPerSecond, type Timestamp } from "@ostinato/core";
import type {
  BodyOf,
  countTaskRunsByFlow,
  countTaskRunsByState,
  listTaskRuns,
  ReplyOf,
  TaskRunRow,
} from "@ostinato/protocol";
import { readPlainJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { countsOf, maxCounted } from "../lists/counts.ts";
import { readCursor, writeCursor } from "../lists/keyset.ts";
import * as queries from "./task-run-list.queries.ts";

export async function list({ db }: Context, body: BodyOf<typeof listTaskRuns>): Promise<ReplyOf<typeof listTaskRuns>> {
  const { sort: given, limit: wanted, cursor, count: counting, ...wantedRuns } = body;
  const filter = filterIn(wantedRuns);
  const sort = given ?? "EXPECTED_START_TIME_DESC";
  const limit = wanted ?? 50;
  const after = readCursor(sort, cursor);
  const positions = await queries.taskRunPositions(db, { ...filter, sort, limit: limit + 1, after });
  const page = positions.slice(0, limit);
  const last = page.at(-1);
  const isWhole = after === undefined && positions.length <= limit;
  const [rows, counted] = await Promise.all([
    queries.taskRunsInList(
      db,
      page.map(({ id }) => id),
    ),
    counting !== true ? null : isWhole ? page.length : queries.countTaskRuns(db, filter, maxCounted),
  ]);
  const found = new Map(rows.map((row) => [row.id, present(row)]));
  return {
    results: page.flatMap(({ id }) => found.get(id) ?? []),
    next_cursor: last === undefined || positions.length <= limit ? null : writeCursor(sort, last),
    count: counted === null ? null : Math.min(counted, maxCounted),
    count_capped: counted !== null && counted > maxCounted,
  };
}

export async function countByState(
  { db }: Context,
  body: BodyOf<typeof countTaskRunsByState>,
): Promise<ReplyOf<typeof countTaskRunsByState>> {
  return countsOf(await queries.countTaskRunsByState(db, filterIn(body), maxCounted));
}

export async function countByFlow(
  { db }: Context,
  body: BodyOf<typeof countTaskRunsByFlow>,
): Promise<ReplyOf<typeof countTaskRunsByFlow>> {
  return countsOf(await queries.countTaskRunsByFlow(db, filterIn(body), maxCounted));
}

function filterIn({ background, task_key, ...criteria }: BodyOf<typeof countTaskRunsByState>): queries.Filter {
  return { criteria, background: background ?? undefined, taskKey: task_key ?? undefined };
}

function present({ tags, deferred, ...row }: queries.TaskRunInList): TaskRunRow {
  return {
    ...row,
    is_background: deferred === 1,
    tags: readPlainJson(tags),
    expected_start_time: formatted(row.expected_start_time),
    start_time: formatted(row.start_time),
    end_time: formatted(row.end_time),
    state_timestamp: formatted(row.state_timestamp),
    total_run_time: row.total_run_time / microsPerSecond,
  };
}

function formatted(moment: Timestamp | null): string | null {
  return moment === null ? null : formatTimestamp(moment);
}
