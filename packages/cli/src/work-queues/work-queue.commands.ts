import { Command, Option } from "commander";
import { jsonOption, limitOption, wholeNumber, yesOption } from "../options.ts";
import type { InPool, NewQueue } from "./change.ts";
import type { WorkQueueListOptions } from "./list.ts";

const argument = "name of the work queue";

export function workQueueCommands(): Command {
  const queue = new Command("work-queue").description(
    "queues of work pools: list, inspect, create, pause, resume, priority, limit, delete",
  );
  for (const make of [listCommand, inspectCommand, createCommand, pauseCommand, resumeCommand])
    queue.addCommand(make());
  for (const make of [setPriorityCommand, setLimitCommand, clearLimitCommand, deleteCommand]) queue.addCommand(make());
  return queue;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list work queues in the order in which their runs go")
    .option("-p, --pool <name>", "queues of this pool; of all pools by default")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: WorkQueueListOptions) => (await import("./list.ts")).list(options));
}

function inspectCommand(): Command {
  return inPool(
    new Command("inspect")
      .description("show one work queue: its runs, limit and problems")
      .argument("<queue>", argument),
  ).action(async (name: string, options: InPool) => (await import("./inspect.ts")).inspect(name, options));
}

function createCommand(): Command {
  return inPool(
    new Command("create")
      .description("create a work queue in a work pool")
      .argument("<queue>", argument)
      .addOption(
        new Option("--priority <number>", "1 goes first; by default behind the others").argParser(wholeNumber(1, most)),
      )
      .addOption(new Option("--concurrency-limit <runs>", "the most runs at a time").argParser(wholeNumber(0, most)))
      .option("--description <text>", "what it is for"),
  )
    .addHelpText("after", "\nExample:\n  $ ostinato work-queue create urgent --pool cpu --priority 1")
    .action(async (name: string, options: NewQueue) => (await import("./change.ts")).create(name, options));
}

const most = 2 ** 31 - 1;

function inPool(command: Command): Command {
  return command.requiredOption("-p, --pool <name>", "its work pool").addOption(jsonOption());
}

function pauseCommand(): Command {
  return inPool(
    new Command("pause").description("start no runs of a queue until it is resumed").argument("<queue>", argument),
  ).action(async (name: string, options: InPool) => (await import("./change.ts")).pause(name, options));
}

function resumeCommand(): Command {
  return inPool(
    new Command("resume").description("start runs of a paused queue again").argument("<queue>", argument),
  ).action(async (name: string, options: InPool) => (await import("./change.ts")).resume(name, options));
}

function setPriorityCommand(): Command {
  return inPool(
    new Command("set-priority")
      .description("set which queue of a pool goes first")
      .argument("<queue>", argument)
      .argument("<number>", "1 goes first", wholeNumber(1, most)),
  ).action(async (name: string, priority: number, options: InPool) =>
    (await import("./change.ts")).setPriority(name, priority, options),
  );
}

function setLimitCommand(): Command {
  return inPool(
    new Command("set-concurrency-limit")
      .description("set the most runs of a queue at a time")
      .argument("<queue>", argument)
      .argument("<runs>", "0 lets none start", wholeNumber(0, most)),
  ).action(async (name: string, limit: number, options: InPool) =>
    (await import("./change.ts")).setLimit(name, limit, options),
  );
}

function clearLimitCommand(): Command {
  return inPool(
    new Command("clear-concurrency-limit")
      .description("let any number of runs of a queue run at a time")
      .argument("<queue>", argument),
  ).action(async (name: string, options: InPool) => (await import("./change.ts")).setLimit(name, null, options));
}

function deleteCommand(): Command {
  return inPool(
    new Command("delete")
      .description("delete work queues; their deployments and runs stay")
      .argument("<queue...>", argument)
      .addOption(yesOption()),
  ).action(async (names: string[], options: InPool & { readonly yes?: boolean }) =>
    (await import("./delete.ts")).remove(names, options),
  );
}
