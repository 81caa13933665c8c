import type { Timestamp } from "@ostinato/core";
import { toTimestamp } from "@ostinato/core";
import type { TaskRunValues } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
import { storable, writeJson } from "../db/json-text.ts";
import * as queries from "./results.queries.ts";
import { boundedPreview, keepable } from "./results.rules.ts";

/** What a state of a task run brought besides the state. The result takes the state's id. */
export interface BroughtValues {
  readonly stateId: string;
  readonly timestamp: Timestamp;
  readonly taskRunId: string;
  readonly flowRunId: string | null;
  readonly taskKey: string;
  readonly flowRunAttempt: number;
  readonly values: TaskRunValues;
}

/** Keeps inputs and results in the unit of work of the states that brought them; a state's values once. */
export async function keepBrought(
  { db, config, clock }: Pick<Context, "db" | "config" | "clock">,
  tx: Writer,
  brought: readonly BroughtValues[],
): Promise<void> {
  const now = clock.now();
  const results = brought.flatMap(({ values: { result }, ...from }): queries.ResultWrite[] => {
    if (result === undefined) return [];
    const kept = keepable(result, config.resultSizeLimitBytes);
    return [
      {
        id: from.stateId,
        created: now,
        flow_run_id: from.flowRunId,
        task_run_id: from.taskRunId,
        task_key: from.taskKey,
        flow_run_attempt: from.flowRunAttempt,
        format: kept.format,
        data: kept.data,
        location: kept.location,
        preview: writeJson(kept.preview),
        reason: kept.reason,
        identity: result.identity ?? null,
        cache_key: kept.cacheKey === null ? null : storable(kept.cacheKey),
        expires: result.expires === null || result.expires === undefined ? null : toTimestamp(result.expires),
      },
    ];
  });
  await queries.insertResults(tx, db.sql, results);
  await queries.upsertValues(tx, db.sql, valuesOf(brought));
}

/** One row for each task run, of the latest states among those given. */
function valuesOf(brought: readonly BroughtValues[]): readonly queries.ValueWrite[] {
  const rows = new Map<string, queries.ValueWrite>();
  for (const { taskRunId, timestamp, stateId, values } of brought.toSorted((a, b) => a.timestamp - b.timestamp)) {
    const before = rows.get(taskRunId);
    const inputs = values.inputs?.map(({ name, preview }) => ({ name, preview: boundedPreview(preview) }));
    const resultId = values.result === undefined ? values.reused_result_id?.toLowerCase() : stateId;
    rows.set(taskRunId, {
      task_run_id: taskRunId,
      inputs: inputs === undefined ? (before?.inputs ?? null) : writeJson(inputs),
      inputs_at: inputs === undefined ? (before?.inputs_at ?? null) : timestamp,
      result_id: resultId ?? before?.result_id ?? null,
      result_at: resultId === undefined ? (before?.result_at ?? null) : timestamp,
    });
  }
  return [...rows.values()].filter(({ inputs, result_id }) => inputs !== null || result_id !== null);
}
