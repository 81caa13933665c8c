import { shortenedText } from "@ostinato/core";
import type { Failure, State } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import { readPlainJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { present } from "../../logs/logs.service.ts";
import * as logs from "../logs/log-window.queries.ts";
import * as queries from "./failure.queries.ts";
import { culprit, failureText } from "./failure.rules.ts";

/** Subflows within subflows are followed so far. */
const deepest = 10;
const maxFailedTasks = 50;
const shownLogs = 10;
const searchedErrors = 5;
const maxLineLength = 4 * 1024;

/** Why a flow run failed: from the failed task run that caused it, in this run or in a subflow, or from the run itself. */
export async function failureOfFlowRun(context: Context, flowRunId: string, depth = 0): Promise<Failure | null> {
  const { db } = context;
  const run = await queries.runWithMessage(db, flowRunId);
  if (run === undefined || (run.state_type !== "FAILED" && run.state_type !== "CRASHED")) return null;
  const task = culprit(await queries.failedTasks(db, flowRunId, maxFailedTasks), run.message);
  if (task === undefined) {
    const failed = { message: run.message, details: run.state_details, attempt: run.run_count };
    return failureOf(db, { ...failed, flowRunId, taskRunId: null, taskRunName: null });
  }
  if (task.child_flow_run_id !== null && depth < deepest) {
    const within = await failureOfFlowRun(context, task.child_flow_run_id, depth + 1);
    if (within !== null) return within;
  }
  const failed = { message: task.message, details: task.state_details, attempt: task.run_count };
  return failureOf(db, { ...failed, flowRunId, taskRunId: task.id, taskRunName: task.name });
}

export interface FailedTaskRun {
  readonly id: string;
  readonly name: string;
  readonly flow_run_id: string | null;
  readonly run_count: number;
  readonly state: State | null;
}

export async function failureOfTaskRun({ db }: Context, run: FailedTaskRun): Promise<Failure | null> {
  const { state } = run;
  if (state === null || (state.type !== "FAILED" && state.type !== "CRASHED")) return null;
  return failureOf(db, {
    message: state.message,
    details: JSON.stringify(state.state_details),
    attempt: run.run_count,
    flowRunId: run.flow_run_id,
    taskRunId: run.id,
    taskRunName: run.name,
  });
}

interface Failed {
  readonly message: string | null;
  readonly details: string | null;
  readonly attempt: number;
  readonly flowRunId: string | null;
  readonly taskRunId: string | null;
  readonly taskRunName: string | null;
}

async function failureOf(db: Database, failed: Failed): Promise<Failure> {
  const { message, details, attempt, flowRunId, taskRunId, taskRunName } = failed;
  const criteria = {
    flowRunIds: flowRunId === null ? [] : [flowRunId],
    taskRunId: taskRunId ?? undefined,
    level: undefined,
    text: undefined,
  };
  const last = { direction: "backward", limit: shownLogs } as const;
  const [lines, errors] = await Promise.all([
    logs.logsFrom(db, criteria, last),
    logs.logsFrom(db, { ...criteria, errors: true }, { ...last, limit: searchedErrors }),
  ]);
  const state = { message, details: details === null ? {} : readPlainJson<State["state_details"]>(details) };
  return {
    ...failureText(
      state,
      errors.toReversed().map((line) => line.message),
    ),
    task_run_id: taskRunId,
    task_run_name: taskRunName,
    flow_run_id: flowRunId,
    attempt,
    last_logs: lines.map((line) => present({ ...line, message: shortenedText(line.message, maxLineLength) })),
  };
}
