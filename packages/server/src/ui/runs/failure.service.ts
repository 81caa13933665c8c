import { shortenedText } from "@ostinato/core";
import type { Failure, FailurePath, State } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import { readPlainJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { present } from "../../logs/logs.service.ts";
import * as logs from "../logs/log-window.queries.ts";
import * as queries from "./cause.queries.ts";
import { type Cause, causeOf, causeOfAttempt } from "./cause.service.ts";
import { failureText } from "./failure.rules.ts";

const shownLogs = 10;
const searchedErrors = 5;
const maxLineLength = 4 * 1024;

/** Why a flow run failed: from the failed task run that caused it, in this run or in a subflow, or from the run itself. */
export async function failureOfFlowRun({ db }: Context, flowRunId: string): Promise<Failure | null> {
  return failureOfCause(db, await causeOf(db, flowRunId));
}

/** The same of an attempt, counted from 1, that others may have followed. */
export async function failureOfAttempt({ db }: Context, flowRunId: string, attempt: number): Promise<Failure | null> {
  return failureOfCause(db, await causeOfAttempt(db, flowRunId, attempt));
}

async function failureOfCause(db: Database, cause: Cause | undefined): Promise<Failure | null> {
  if (cause === undefined) return null;
  const { path, run, task } = cause;
  const isTask = task !== undefined && task.child_flow_run_id === null;
  const state = isTask ? { of: "task_run", id: task.state_id } : { of: "flow_run", id: task?.state_id ?? run.state_id };
  const text = await queries.stateText(db, state as Parameters<typeof queries.stateText>[1]);
  return failureOf(db, {
    message: text?.message ?? null,
    details: text?.state_details ?? null,
    attempt: (task ?? run).run_count,
    flowRunId: run.id,
    taskRunId: task?.task_run_id ?? null,
    taskRunName: task?.task_run_name ?? null,
    path,
  });
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
    path: [],
  });
}

interface Failed {
  readonly message: string | null;
  readonly details: string | null;
  readonly attempt: number;
  readonly flowRunId: string | null;
  readonly taskRunId: string | null;
  readonly taskRunName: string | null;
  readonly path: FailurePath;
}

async function failureOf(db: Database, failed: Failed): Promise<Failure> {
  const { message, details, attempt, flowRunId, taskRunId, taskRunName, path } = failed;
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
    path,
    attempt,
    last_logs: lines.map((line) => present({ ...line, message: shortenedText(line.message, maxLineLength) })),
  };
}
