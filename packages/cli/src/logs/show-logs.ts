import { readFlowRun } from "@ostinato/protocol";
import { type Connected, withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { findFlowRun } from "../flow-runs/find.ts";
import { note } from "../output/output.ts";
import { readPage } from "../task-runs/task-runs.ts";
import { followLogs, isOver } from "./follow-logs.ts";
import { jsonLogPrinter, levelOf, logPrinter, type PrintLogs } from "./log-lines.ts";
import { type LogTarget, readOn, readTail } from "./log-windows.ts";

export interface LogOptions {
  readonly level?: string;
  readonly tail?: number;
  readonly json?: boolean;
}

export interface FlowRunLogOptions extends LogOptions {
  readonly follow?: boolean;
  readonly subflows?: boolean;
}

export function flowRunLogs(wanted: string, options: FlowRunLogOptions): Promise<void> {
  const level = levelOf(options.level);
  return withServer(async (connected) => {
    const run = await findFlowRun(connected.client, wanted);
    const target: LogTarget = { flow_run_id: run.id, subflows: options.subflows ?? false, level };
    const print = printerOf(connected, options);
    if (!options.follow || isOver(run.state_type)) return printAll(connected, target, { ...options, print });
    if (!connected.overNetwork) {
      throw new CliError('Following a run needs a running server. Start one with "ostinato server start".');
    }
    const hasEnded = async () => {
      const { state_type } = await connected.client.call(readFlowRun, { params: { id: run.id } });
      return isOver(state_type);
    };
    await followLogs(connected, { flowRunId: run.id, target, print, hasEnded });
  });
}

export function taskRunLogs(id: string, options: LogOptions): Promise<void> {
  const level = levelOf(options.level);
  return withServer(async (connected) => {
    await readPage(connected.client, id);
    await printAll(connected, { task_run_id: id, level }, { ...options, print: printerOf(connected, options) });
  });
}

function printerOf({ client }: Connected, { json }: LogOptions): PrintLogs {
  return json ? jsonLogPrinter() : logPrinter(client);
}

async function printAll(
  { client }: Connected,
  target: LogTarget,
  { tail, json, print }: LogOptions & { readonly print: PrintLogs },
): Promise<void> {
  let lines = 0;
  const each: PrintLogs = async (logs) => {
    lines += logs.length;
    await print(logs);
  };
  if (tail === undefined) await readOn(client, target, { from: null, each });
  else await each(await readTail(client, target, tail));
  if (lines === 0 && !json) note("No log lines.");
}
