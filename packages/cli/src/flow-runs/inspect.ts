import { lastLines, tracebackIn } from "@ostinato/core";
import { type FlowRunPage, readFlowRunPage, type State } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { localTime, spanText } from "../output/moments.ts";
import { say, sayFields, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { harmless, oneLine, paint, paintState } from "../output/text.ts";
import { findFlowRun } from "./find.ts";
import { taskText } from "./list.ts";

export function inspect(wanted: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const { id } = await findFlowRun(client, wanted);
    const page = await client.call(readFlowRunPage, { params: { id } });
    if (json) return sayJson({ ...page.flow_run, states: page.states, failure: page.failure });
    sayPage(page);
  });
}

function sayPage({
  flow_run: run,
  states,
  failure,
  waiting,
  log_count,
  artifact_count,
  subflow_count,
}: FlowRunPage): void {
  sayFields([
    ["Flow run", `${paint("bold", oneLine(run.name))}  ${run.id}`],
    ["Flow", oneLine(run.flow_name)],
    ["State", paintState(run.state_type, run.state_name ?? "")],
    ["Message", run.state?.message == null ? null : harmless(run.state.message)],
    ["Waits for", waiting?.reason],
    [
      "Part of",
      run.parent_flow_run_name === null ? null : `${oneLine(run.parent_flow_run_name)}  ${run.parent_flow_run_id}`,
    ],
    ["Started", localTime(run.start_time)],
    ["Ended", localTime(run.end_time)],
    ["Took", run.start_time === null ? null : spanText(run.estimated_run_time)],
    ["Attempts", run.run_count > 1 ? String(run.run_count) : null],
    ["Tasks", taskText(run.task_counts)],
    ["Subflows", subflow_count === 0 ? null : String(subflow_count)],
    ["Artifacts", artifact_count === 0 ? null : String(artifact_count)],
    ["Log lines", log_count === 0 ? null : String(log_count)],
    ["Tags", run.tags.join(", ")],
    ["Parameters", parametersText(run.parameters)],
  ]);
  if (failure !== null) sayFailure(failure);
  say();
  sayTable(states, stateColumns, "No states.");
}

export function parametersText(parameters: Readonly<Record<string, unknown>>): string {
  return harmless(
    Object.entries(parameters)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      .join("\n"),
  );
}

function sayFailure({ message, task_run_name, location, traceback }: NonNullable<FlowRunPage["failure"]>): void {
  const where = task_run_name === null ? "" : ` in task run ${oneLine(task_run_name)}`;
  say();
  say(paint("red", `Failed${where}: ${harmless(message)}`));
  if (location !== null) say(paint("dim", oneLine(location)));
  if (traceback !== null && tracebackIn(traceback) !== undefined) say(paint("dim", harmless(lastLines(traceback, 8))));
}

export const stateColumns: readonly Column<State>[] = [
  { title: "TIME", value: ({ timestamp }) => localTime(timestamp) },
  { title: "STATE", value: ({ name }) => name, paint: ({ type }, cell) => paintState(type, cell) },
  { title: "MESSAGE", value: ({ message }) => message, flexible: true },
];
