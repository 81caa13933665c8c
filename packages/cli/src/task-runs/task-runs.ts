import { type Client, isNotFound } from "@ostinato/client";
import { isUuid } from "@ostinato/core";
import { filterTaskRuns, readTaskRunPage, type TaskRun, type TaskRunPage } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { findFlowRun } from "../flow-runs/find.ts";
import { stateColumns } from "../flow-runs/inspect.ts";
import { ago, localTime, spanText } from "../output/moments.ts";
import { say, sayFields, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { harmless, oneLine, paint, paintState } from "../output/text.ts";
import { readPages } from "../pages.ts";
import { stateCriteria } from "../states.ts";

export interface TaskRunListOptions {
  readonly flowRun?: string;
  readonly state?: readonly string[];
  readonly limit: number;
  readonly json?: boolean;
}

/** Lists the runs of one flow run in the order of their start, or all of them, the newest first. */
export function list({ flowRun, state: wanted, limit, json }: TaskRunListOptions): Promise<void> {
  const state = stateCriteria(wanted);
  return withServer(async ({ client }) => {
    const run = flowRun === undefined ? undefined : await findFlowRun(client, flowRun);
    const task_runs = { state, flow_run_id: run === undefined ? null : { any_: [run.id] } };
    const sort = run === undefined ? ("EXPECTED_START_TIME_DESC" as const) : ("EXPECTED_START_TIME_ASC" as const);
    const rows = await readPages(limit, (page) => client.call(filterTaskRuns, { body: { task_runs, sort, ...page } }));
    if (json) return sayJson(rows);
    sayTable(rows, columns, "No task run matches.");
  });
}

const columns: readonly Column<TaskRun>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "NAME", value: ({ name }) => name, flexible: true },
  {
    title: "STATE",
    value: ({ state_name }) => state_name,
    paint: ({ state_type }, cell) => paintState(state_type, cell),
  },
  { title: "STARTED", value: ({ start_time }) => ago(start_time) },
  {
    title: "TOOK",
    value: ({ start_time, estimated_run_time }) => (start_time === null ? "" : spanText(estimated_run_time)),
    align: "right",
  },
  { title: "ATTEMPTS", value: ({ run_count }) => run_count, align: "right" },
];

export function inspect(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const page = await readPage(client, id);
    if (json) return sayJson({ ...page.task_run, states: page.states });
    sayPage(page);
  });
}

export async function readPage(client: Client, id: string): Promise<TaskRunPage> {
  if (!isUuid(id)) {
    throw usageError(
      `${JSON.stringify(id)} is not the id of a task run. "ostinato task-run ls" lists the newest with their ids.`,
    );
  }
  try {
    return await client.call(readTaskRunPage, { params: { id } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CliError(`There is no task run with the id ${id}. "ostinato task-run ls" lists the newest.`);
  }
}

function sayPage({ task_run: run, flow_name, flow_run_name, states }: TaskRunPage): void {
  sayFields([
    ["Task run", `${paint("bold", oneLine(run.name))}  ${run.id}`],
    ["Flow", flow_name === null ? null : oneLine(flow_name)],
    ["Flow run", flow_run_name === null ? null : `${oneLine(flow_run_name)}  ${run.flow_run_id}`],
    ["State", paintState(run.state_type, run.state_name ?? "")],
    ["Message", run.state?.message == null ? null : harmless(run.state.message)],
    ["Started", localTime(run.start_time)],
    ["Ended", localTime(run.end_time)],
    ["Took", run.start_time === null ? null : spanText(run.estimated_run_time)],
    ["Attempts", run.run_count > 1 ? String(run.run_count) : null],
    ["Cache key", run.cache_key],
    ["Tags", run.tags.join(", ")],
  ]);
  say();
  sayTable(states, stateColumns, "No states.");
}
