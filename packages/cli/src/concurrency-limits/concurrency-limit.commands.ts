import { Command, InvalidArgumentError, Option } from "commander";
import { jsonOption, limitOption, wholeNumber, yesOption } from "../options.ts";
import type { LimitFields } from "./change.ts";
import type { LimitListOptions } from "./list.ts";

interface Json {
  readonly json?: boolean;
}

const argument = "name of the limit";
const most = 2 ** 31 - 1;

export function concurrencyLimitCommands(): Command {
  const limits = new Command("concurrency-limit")
    .alias("global-concurrency-limit")
    .alias("gcl")
    .description("limits of slots that flows, tasks and programs share: list, inspect, create, update, reset, delete");
  for (const make of [listCommand, inspectCommand, createCommand, updateCommand, resetCommand, deleteCommand])
    limits.addCommand(make());
  return limits;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list concurrency limits by name, with the slots that are taken")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: LimitListOptions) => (await import("./list.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show one limit: who holds its slots since when, and who waits")
    .argument("<limit>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./inspect.ts")).inspect(name, options));
}

function createCommand(): Command {
  return new Command("create")
    .description("create a limit; one named tag:<tag> limits the tasks with that tag")
    .argument("<limit>", argument)
    .addOption(slotsOption().makeOptionMandatory())
    .addOption(decayOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato concurrency-limit create database --limit 2
  $ ostinato concurrency-limit create api --limit 10 --decay 0.5    # 10 at once after a rest, then one in 2 s`,
    )
    .action(async (name: string, options: LimitFields) => (await import("./change.ts")).create(name, options));
}

function updateCommand(): Command {
  return new Command("update")
    .description("change a limit, switch it on or off")
    .argument("<limit>", argument)
    .addOption(slotsOption())
    .addOption(decayOption())
    .addOption(new Option("--enable", "let it limit").conflicts("disable"))
    .option("--disable", "let it limit nothing for now")
    .addOption(jsonOption())
    .action(async (name: string, options: LimitFields) => (await import("./change.ts")).update(name, options));
}

function resetCommand(): Command {
  return new Command("reset")
    .description("free all slots of a limit, for holders that are gone")
    .argument("<limit>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, options: Json & { yes?: boolean }) =>
      (await import("./change.ts")).reset(name, options),
    );
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete limits; what they limited is not limited any more")
    .argument("<limit...>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (names: string[], options: Json & { yes?: boolean }) =>
      (await import("./change.ts")).remove(names, options),
    );
}

function slotsOption(): Option {
  return new Option("-l, --limit <slots>", "how many slots it has").argParser(wholeNumber(0, most));
}

function decayOption(): Option {
  return new Option("--decay <slots>", "makes it a rate: so many slots become free each second").argParser((text) => {
    const number = Number(text);
    if (text.trim() !== "" && Number.isFinite(number) && number >= 0) return number;
    throw new InvalidArgumentError("Give a number, 0 or more.");
  });
}
