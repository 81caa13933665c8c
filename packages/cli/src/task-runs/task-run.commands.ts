import { Command, Option } from "commander";
import type { LogOptions } from "../logs/show-logs.ts";
import { jsonOption, limitOption, reasonOption, repeated, stateArgument, wholeNumber } from "../options.ts";
import type { SetStateOptions } from "../set-state.ts";
import type { TaskRunListOptions } from "./task-runs.ts";

const runArgument = "id of the task run";

export function taskRunCommands(): Command {
  const taskRun = new Command("task-run").description("runs of tasks: list, inspect, logs, set-state");
  taskRun
    .command("ls")
    .description("list task runs: those of one flow run in the order of their start, otherwise the newest first")
    .option("--flow-run <id or name>", "runs of this flow run")
    .addOption(repeated("--state <state>", "runs in this state, by type (failed) or name (Cached)"))
    .addOption(limitOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExamples:\n  $ ostinato task-run ls --flow-run calm-heron\n  $ ostinato task-run ls --state failed",
    )
    .action(async (options: TaskRunListOptions) => (await import("./task-runs.ts")).list(options));
  taskRun
    .command("inspect")
    .description("show one task run: state, times, history")
    .argument("<task-run>", runArgument)
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: boolean }) => (await import("./task-runs.ts")).inspect(id, options));
  taskRun
    .command("logs")
    .description("print the log of a task run")
    .argument("<task-run>", runArgument)
    .option("--level <level>", "this level and above: debug, info, warning, error, critical")
    .addOption(new Option("--tail <lines>", "only the last lines").argParser(wholeNumber(1, 1_000_000)))
    .addOption(new Option("--json", "one JSON object per line"))
    .action(async (id: string, options: LogOptions) => (await import("../logs/show-logs.ts")).taskRunLogs(id, options));
  taskRun
    .command("set-state")
    .description("set the state of a task run by hand")
    .argument("<task-run>", runArgument)
    .addArgument(stateArgument())
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action(async (id: string, state: string, options: SetStateOptions) =>
      (await import("../set-state.ts")).setStateOfTaskRun(id, state, options),
    );
  return taskRun;
}
