import { formatTimestamp } from "@ostinato/core";
import type { BodyOf, listTaskResults, ReplyOf, TaskResult, ValuePreview } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import { readJson, readOptionalJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { persistedResult } from "../../results/results.service.ts";
import { readCursor, writeCursor } from "../lists/keyset.ts";
import { attemptStarts } from "../runs/cause.service.ts";
import * as queries from "./run-results.queries.ts";

const order = "EXPECTED_START_TIME_ASC";

/** Results of the task runs of a flow run, without the values. */
export async function taskResults(
  { db }: Context,
  flowRunId: string,
  { text, attempt, cursor, limit: wanted }: BodyOf<typeof listTaskResults>,
): Promise<ReplyOf<typeof listTaskResults>> {
  const limit = wanted ?? 50;
  const after = readCursor(order, cursor);
  const rows = await queries.taskResultRows(db, {
    flowRunId,
    text: text ?? "",
    attempt: attempt === null || attempt === undefined ? undefined : await timedAttempt(db, flowRunId, attempt),
    after,
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    results: page.map(present),
    next_cursor:
      last === undefined || rows.length <= limit
        ? null
        : writeCursor(order, { value: last.expected_start_time, id: last.task_run_id }),
  };
}

async function timedAttempt(db: Database, flowRunId: string, number: number): Promise<queries.ResultsAttempt> {
  const starts = await attemptStarts(db, flowRunId);
  return { number, from: number === 1 ? undefined : starts[number - 1], until: starts[number] };
}

function present(row: queries.TaskResultRow): TaskResult {
  const { task_run_id, name, state_type, state_name, location, created, reason } = row;
  const preview = row.preview === null ? undefined : readJson<ValuePreview>(row.preview);
  const persisted = row.result_id === null ? persistedResult(readOptionalJson(row.state_data)) : null;
  return {
    task_run_id,
    name,
    state_type,
    state_name,
    kind: preview?.kind ?? null,
    size_bytes: preview?.size_bytes ?? null,
    location,
    in_database: row.kept === 1,
    created: created === null ? null : formatTimestamp(created),
    reused_from:
      created === null || row.made_by === task_run_id ? null : { task_run_id: row.made_by, flow_run_id: row.made_in },
    persisted,
    reason: preview === undefined && persisted === null ? "The result that it reused has been deleted." : reason,
  };
}
