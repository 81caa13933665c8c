import type { compareFlowRuns, ReplyOf, ValuePreview } from "@ostinato/protocol";
import { readJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { taskResultRows } from "../flow-run/run-results.queries.ts";
import { readTimeline } from "../flow-run/timeline.service.ts";
import { readRows } from "../runs/run-rows.service.ts";
import { type ComparedTasks, comparedTasks } from "./run-comparison.rules.ts";

/** The results of more tasks are not compared, and neither are larger previews: an answer stays small. */
const maxResults = 500;
const maxPreviewLength = 4000;

export async function runComparison(
  context: Context,
  { id, other_id: otherId }: { readonly id: string; readonly other_id: string },
): Promise<ReplyOf<typeof compareFlowRuns>> {
  const rows = await readRows(context, [...new Set([id, otherId])]);
  const rowOf = (wanted: string) => {
    const row = rows.find((one) => one.id === wanted.toLowerCase());
    if (row === undefined) throw notFound("Flow run", wanted);
    return row;
  };
  const [a, b] = [rowOf(id), rowOf(otherId)];
  const [ofA, ofB] = await Promise.all([tasksOf(context, a.id), tasksOf(context, b.id)]);
  return { a, b, tasks: comparedTasks(ofA, ofB) };
}

async function tasksOf(context: Context, flowRunId: string): Promise<ComparedTasks> {
  const [timeline, rows] = await Promise.all([
    readTimeline(context, flowRunId),
    taskResultRows(context.db, { flowRunId, text: "", attempt: undefined, after: undefined, limit: maxResults }),
  ]);
  const results = rows.flatMap(({ task_run_id, preview }) =>
    preview === null || preview.length > maxPreviewLength
      ? []
      : [[task_run_id, readJson<ValuePreview>(preview)] as const],
  );
  return { timeline, results: new Map(results) };
}
