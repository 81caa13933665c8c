import { Command, Option } from "commander";
import { jsonOption, limitOption, wholeNumber, yesOption } from "../options.ts";
import type { AutomationListOptions } from "./list.ts";
import type { GivenAutomation } from "./save.ts";
import type { TestOptions } from "./try.ts";

interface Json {
  readonly json?: boolean;
}

/** As far as the server replays. */
const automationTestDays = 30;

const argument = "name or id of the automation";

export function automationCommands(): Command {
  const automations = new Command("automation")
    .alias("automations")
    .description(
      "automations, which act when events come or don't: ls, inspect, history, test, run-actions, create, update, pause, resume, delete",
    );
  for (const make of [listCommand, inspectCommand, createCommand, updateCommand]) automations.addCommand(make());
  for (const make of [pauseCommand, resumeCommand, deleteCommand]) automations.addCommand(make());
  for (const make of [historyCommand, testCommand, runActionsCommand]) automations.addCommand(make());
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

function historyCommand(): Command {
  return new Command("history")
    .description("list the firings of an automation, with the events that caused them and what became of the actions")
    .argument("<automation>", argument)
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (wanted: string, options: Json & { limit: number }) =>
      (await import("./history.ts")).history(wanted, options),
    );
}

function testCommand(): Command {
  return withAutomation(
    new Command("test").description("say how often an automation would have fired over the last days, and do nothing"),
  )
    .argument("[automation]", `${argument}; or give one that is not saved`)
    .addOption(new Option("--days <days>", "how far back").argParser(wholeNumber(1, automationTestDays)).default(7))
    .action(async (wanted: string | undefined, options: TestOptions) =>
      (await import("./try.ts")).tryAutomation(wanted, options),
    );
}

function runActionsCommand(): Command {
  return new Command("run-actions")
    .description("run the actions of an automation now, once each, with the latest event that its trigger takes")
    .argument("<automation>", argument)
    .option("--event <id>", "the event to run them with")
    .addOption(jsonOption())
    .action(async (wanted: string, options: Json & { event?: string }) =>
      (await import("./try.ts")).runActions(wanted, options),
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
