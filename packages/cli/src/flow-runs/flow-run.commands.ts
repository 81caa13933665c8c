import { Command, Option } from "commander";
import type { FlowRunLogOptions } from "../logs/show-logs.ts";
import { jsonOption, limitOption, reasonOption, repeated, stateArgument, wholeNumber, yesOption } from "../options.ts";
import type { SetStateOptions } from "../set-state.ts";
import type { CancelOptions } from "./cancel.ts";
import type { FlowRunListOptions } from "./list.ts";
import type { ResumeOptions } from "./resume.ts";

const runArgument = "id or name of the flow run";

export function flowRunCommands(): Command {
  const flowRun = new Command("flow-run").description(
    "runs of flows: list, inspect, compare, waiting, logs, resume, cancel, set-state, delete, execute",
  );
  const makers = [
    listCommand,
    inspectCommand,
    compareCommand,
    waitingCommand,
    logsCommand,
    resumeCommand,
    cancelCommand,
    setStateCommand,
    deleteCommand,
    executeCommand,
  ];
  for (const make of makers) flowRun.addCommand(make());
  return flowRun;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list flow runs, the newest first")
    .option("--flow <name>", "runs of this flow")
    .addOption(repeated("--state <state>", "runs in this state, by type (failed) or name (Late)"))
    .addOption(repeated("--tag <tag>", "runs with this tag"))
    .addOption(limitOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExamples:\n  $ ostinato flow-run ls --flow train --state failed --state crashed\n  $ ostinato flow-run ls --json | jq -r '.[0].id'",
    )
    .action(async (options: FlowRunListOptions) => (await import("./list.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show one flow run: state, parameters, failure, history")
    .argument("<flow-run>", runArgument)
    .addOption(jsonOption())
    .action(async (run: string, options: { json?: boolean }) => (await import("./inspect.ts")).inspect(run, options));
}

function compareCommand(): Command {
  return new Command("compare")
    .description("show two flow runs beside each other: parameters, and the tasks of both by name")
    .argument("<flow-run>", runArgument)
    .argument("<other>", "id or name of the run to compare it with")
    .addOption(jsonOption())
    .action(async (run: string, other: string, options: { json?: boolean }) =>
      (await import("./compare.ts")).compare(run, other, options),
    );
}

function waitingCommand(): Command {
  return new Command("waiting")
    .description("tell why a flow run does not proceed, who is before it, and what would make it proceed")
    .argument("<flow-run>", runArgument)
    .addOption(jsonOption())
    .action(async (run: string, options: { json?: boolean }) => (await import("./waiting.ts")).waiting(run, options));
}

function logsCommand(): Command {
  return new Command("logs")
    .description("print the log of a flow run and of its task runs")
    .argument("<flow-run>", runArgument)
    .option("-f, --follow", "follow the log until the run has ended")
    .option("--subflows", "include the logs of its subflows")
    .option("--level <level>", "this level and above: debug, info, warning, error, critical")
    .addOption(
      new Option("--tail <lines>", "only the last lines").argParser(wholeNumber(1, 1_000_000)).conflicts("follow"),
    )
    .addOption(new Option("--json", "one JSON object per line"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ ostinato flow-run logs calm-heron --follow\n  $ ostinato flow-run logs calm-heron --level warning --tail 50",
    )
    .action(async (run: string, options: FlowRunLogOptions) =>
      (await import("../logs/show-logs.ts")).flowRunLogs(run, options),
    );
}

function resumeCommand(): Command {
  return new Command("resume")
    .description("let a paused flow run go on, with the answer that it waits for")
    .argument("<flow-run>", runArgument)
    .addOption(repeated("--input <answer>", "the answer: a JSON object, name=value, or @file with an object"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Without --input it asks on the terminal.

Examples:
  $ ostinato flow-run resume calm-heron --input approved=true --input 'comment=looks right'
  $ ostinato flow-run resume calm-heron --input '{"approved": true}'
  $ ostinato flow-run resume calm-heron --input @answer.json`,
    )
    .action(async (run: string, options: ResumeOptions) => (await import("./resume.ts")).resume(run, options));
}

function cancelCommand(): Command {
  return new Command("cancel")
    .description("cancel a flow run")
    .argument("<flow-run>", runArgument)
    .option("--force", "mark it as cancelled at once: for a run whose process is gone")
    .addOption(jsonOption())
    .action(async (run: string, options: CancelOptions) => (await import("./cancel.ts")).cancel(run, options));
}

function setStateCommand(): Command {
  return new Command("set-state")
    .description("set the state of a flow run by hand, such as of one whose work was done elsewhere")
    .argument("<flow-run>", runArgument)
    .addArgument(stateArgument())
    .addOption(reasonOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ostinato flow-run set-state calm-heron completed --reason 'loaded by hand'")
    .action(async (run: string, state: string, options: SetStateOptions) =>
      (await import("../set-state.ts")).setStateOfFlowRun(run, state, options),
    );
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete flow runs with their task runs, logs and results")
    .argument("<flow-run...>", runArgument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (runs: string[], options: { yes?: boolean; json?: boolean }) =>
      (await import("./delete.ts")).remove(runs, options),
    );
}

function executeCommand(): Command {
  return new Command("execute")
    .description("execute a run of a deployment in this process: what workers start for each run")
    .argument("[flow-run]", "id of the flow run; PREFECT__FLOW_RUN_ID by default")
    .addHelpText(
      "after",
      "\nThe deployment says which file and which of its flows. The file is searched from the working folder, unless the deployment names another one.",
    )
    .action(async (run: string | undefined) => (await import("./execute.ts")).execute(run));
}
