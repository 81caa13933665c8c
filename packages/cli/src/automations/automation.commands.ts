import { Command, Option } from "commander";
import { jsonOption, limitOption, yesOption } from "../options.ts";
import type { AutomationListOptions } from "./list.ts";
import type { GivenAutomation } from "./save.ts";

interface Json {
  readonly json?: boolean;
}

const argument = "name or id of the automation";

export function automationCommands(): Command {
  const automations = new Command("automation")
    .alias("automations")
    .description(
      "automations, which act when events come or don't: ls, inspect, create, update, pause, resume, delete",
    );
  for (const make of [listCommand, inspectCommand, createCommand, updateCommand]) automations.addCommand(make());
  for (const make of [pauseCommand, resumeCommand, deleteCommand]) automations.addCommand(make());
  return automations;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list automations by name, with what they wait for and what they do")
    .option("--tag <tag...>", "only automations with all of these tags")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: AutomationListOptions) => (await import("./list.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show an automation: its trigger and its actions")
    .argument("<automation>", argument)
    .option("--yaml", "print YAML, which create and update take")
    .addOption(jsonOption())
    .action(async (wanted: string, options: Json & { yaml?: boolean }) =>
      (await import("./inspect.ts")).inspect(wanted, options),
    );
}

function createCommand(): Command {
  return withAutomation(new Command("create").description("make automations from a file"))
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato automation create --from-file alerts.yaml
  $ ostinato automation create --from-json '{"name": "late", "trigger": {…}, "actions": [{"type": "do-nothing"}]}'

The file has one automation, a list of them, or a list under "automations", in the form that inspect --yaml prints.`,
    )
    .action(async (options: GivenAutomation) => (await import("./save.ts")).create(options));
}

function updateCommand(): Command {
  return withAutomation(new Command("update").description("replace an automation by that of a file"))
    .argument("<automation>", argument)
    .action(async (wanted: string, options: GivenAutomation) => (await import("./save.ts")).update(wanted, options));
}

function withAutomation(command: Command): Command {
  return command
    .addOption(new Option("-f, --from-file <file>", "a file of YAML or JSON").conflicts("fromJson"))
    .option("-j, --from-json <json>", "the automation as JSON")
    .addOption(jsonOption());
}

function pauseCommand(): Command {
  return new Command("pause")
    .alias("disable")
    .description("let an automation count no events and do nothing until it is resumed")
    .argument("<automation>", argument)
    .addOption(jsonOption())
    .action(async (wanted: string, options: Json) => (await import("./change.ts")).pause(wanted, options));
}

function resumeCommand(): Command {
  return new Command("resume")
    .alias("enable")
    .description("let a paused automation begin anew")
    .argument("<automation>", argument)
    .addOption(jsonOption())
    .action(async (wanted: string, options: Json) => (await import("./change.ts")).resume(wanted, options));
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete automations")
    .argument("<automation...>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (wanted: string[], options: Json & { yes?: boolean }) =>
      (await import("./change.ts")).remove(wanted, options),
    );
}
