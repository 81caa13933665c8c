import { Command, Option } from "commander";
import { jsonOption, limitOption, repeated, wholeNumber, yesOption } from "../options.ts";
import type { PoolFields } from "./change.ts";
import type { WorkPoolListOptions } from "./list.ts";
import type { PreviewOptions } from "./preview.ts";

interface Json {
  readonly json?: boolean;
}

const argument = "name of the work pool";

export function workPoolCommands(): Command {
  const pool = new Command("work-pool").description(
    "work pools, from which workers take runs: list, inspect, create, update, pause, resume, limit, preview, delete",
  );
  for (const make of [listCommand, inspectCommand, createCommand, updateCommand, pauseCommand, resumeCommand])
    pool.addCommand(make());
  for (const make of [setLimitCommand, clearLimitCommand, previewCommand, deleteCommand]) pool.addCommand(make());
  return pool;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list work pools with their workers, running and late runs")
    .addOption(repeated("--type <type>", "pools of this type"))
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: WorkPoolListOptions) => (await import("./list.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show one work pool: its queues, workers, runs and problems; with --json its job template too")
    .argument("<pool>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./inspect.ts")).inspect(name, options));
}

function createCommand(): Command {
  return withFields(
    new Command("create")
      .description("create a work pool with its default queue")
      .argument("<pool>", argument)
      .option("-t, --type <type>", "what executes its runs: process, docker, …", "process")
      .option("--paused", "start no runs until it is resumed"),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  $ ostinato work-pool create cpu\n  $ ostinato work-pool create images --type docker --base-job-template @template.json",
    )
    .action(async (name: string, options: PoolFields) => (await import("./change.ts")).create(name, options));
}

function updateCommand(): Command {
  return withFields(
    new Command("update").description("change what is given of a work pool").argument("<pool>", argument),
  ).action(async (name: string, options: PoolFields) => (await import("./change.ts")).update(name, options));
}

function withFields(command: Command): Command {
  return command
    .option("--description <text>", "what it is for")
    .option("--base-job-template <json>", "the template of its jobs as a JSON object, or @file.json")
    .addOption(slotsOption())
    .addOption(jsonOption());
}

function slotsOption(): Option {
  return new Option("--concurrency-limit <runs>", "the most runs at a time").argParser(wholeNumber(0, maxSlots));
}

const maxSlots = 2 ** 31 - 1;

function pauseCommand(): Command {
  return new Command("pause")
    .description("start no runs of a work pool until it is resumed; those under way go on")
    .argument("<pool>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./change.ts")).pause(name, options));
}

function resumeCommand(): Command {
  return new Command("resume")
    .description("start runs of a paused work pool again")
    .argument("<pool>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./change.ts")).resume(name, options));
}

function setLimitCommand(): Command {
  return new Command("set-concurrency-limit")
    .description("set the most runs of a work pool at a time")
    .argument("<pool>", argument)
    .argument("<runs>", "0 lets none start", wholeNumber(0, maxSlots))
    .addOption(jsonOption())
    .action(async (name: string, limit: number, options: Json) =>
      (await import("./change.ts")).setLimit(name, limit, options),
    );
}

function clearLimitCommand(): Command {
  return new Command("clear-concurrency-limit")
    .description("let any number of runs of a work pool run at a time")
    .argument("<pool>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./change.ts")).setLimit(name, null, options));
}

function previewCommand(): Command {
  return new Command("preview")
    .description("list the next runs of a work pool, in the order of their times")
    .argument("<pool>", argument)
    .option("--hours <hours>", "as far ahead", wholeNumber(1, 8760), 1)
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (name: string, options: PreviewOptions) => (await import("./preview.ts")).preview(name, options));
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete work pools with their queues and workers; their deployments and runs stay")
    .argument("<pool...>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (names: string[], options: { yes?: boolean; json?: boolean }) =>
      (await import("./delete.ts")).remove(names, options),
    );
}
