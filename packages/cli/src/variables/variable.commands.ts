import { Command } from "commander";
import { jsonOption, limitOption, yesOption } from "../options.ts";
import type { SetVariableOptions, VariableListOptions } from "./variables.ts";

interface Json {
  readonly json?: boolean;
}

const argument = "the name of the variable";

export function variableCommands(): Command {
  const variables = new Command("variable").description("kept values of JSON: ls, get, set, unset, inspect");
  for (const make of [listCommand, getCommand, setCommand, unsetCommand, inspectCommand]) variables.addCommand(make());
  return variables;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list variables by name")
    .option("--tag <tag...>", "only variables with all of these tags")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: VariableListOptions) => (await import("./variables.ts")).list(options));
}

function getCommand(): Command {
  return new Command("get")
    .description("print the value: a text as it is, everything else as JSON")
    .argument("<name>", argument)
    .action(async (name: string) => (await import("./variables.ts")).get(name));
}

function setCommand(): Command {
  return new Command("set")
    .description("create a variable, or replace its value")
    .argument("<name>", argument)
    .argument("<value>", "JSON if it is valid, else a text")
    .option("--overwrite", "replace the value of a variable that is there")
    .option("--tag <tag...>", "its tags")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato variable set threshold 0.8
  $ ostinato variable set regions '["eu", "us"]' --tag etl --overwrite`,
    )
    .action(async (name: string, value: string, options: SetVariableOptions) =>
      (await import("./variables.ts")).set(name, value, options),
    );
}

function unsetCommand(): Command {
  return new Command("unset")
    .alias("delete")
    .description("delete variables")
    .argument("<name...>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (names: string[], options: Json & { yes?: boolean }) =>
      (await import("./variables.ts")).unset(names, options),
    );
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show a variable with its tags")
    .argument("<name>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./variables.ts")).inspect(name, options));
}
