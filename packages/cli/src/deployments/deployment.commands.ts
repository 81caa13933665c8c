import { Command, Option } from "commander";
import { jsonOption, limitOption, repeated, wholeNumber, yesOption } from "../options.ts";
import type { BackfillOptions } from "./backfill.ts";
import type { DeploymentListOptions } from "./list.ts";
import type { DeploymentRunOptions } from "./run.ts";
import type { NewScheduleOptions, PreviewOptions } from "./schedules.ts";

const argument = "flow/deployment, or the id";
const jsonFlag = "print JSON for programs";

interface Json {
  readonly json?: boolean;
}

export function deploymentCommands(): Command {
  const deployment = new Command("deployment").description(
    "deployments of flows: list, inspect, run, pause, resume, delete, their schedules, backfill",
  );
  for (const make of [listCommand, inspectCommand, runCommand, pauseCommand, resumeCommand, deleteCommand])
    deployment.addCommand(make());
  deployment.addCommand(scheduleCommands());
  deployment.addCommand(backfillCommand());
  return deployment;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list deployments by name, with their schedules and the next run")
    .option("--flow <name>", "deployments of this flow")
    .addOption(repeated("--tag <tag>", "deployments with this tag"))
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: DeploymentListOptions) => (await import("./list.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show one deployment: its flow, schedules, parameters, limits")
    .argument("<deployment>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./inspect.ts")).inspect(name, options));
}

function runCommand(): Command {
  return new Command("run")
    .description("ask for a run of a deployment, which a process that serves it executes")
    .argument("<deployment>", argument)
    .addOption(repeated("-p, --param <name=value>", "a parameter: JSON if the value is valid JSON, otherwise a string"))
    .option("-P, --params <json>", "parameters as a JSON object, or @file.json")
    .option("--at <time>", 'when it starts, as "2026-12-01T06:00:00Z" or "in 10m"; at once by default')
    .option("--name <name>", "a name for the run")
    .addOption(repeated("--tag <tag>", "a tag for the run"))
    .addOption(
      new Option("--priority <number>", "among the due runs of its work pool, smaller goes first").argParser(
        wholeNumber(-1000, 1000),
      ),
    )
    .option("--queue <name>", "the queue of its work pool that the run waits in")
    .addOption(
      repeated(
        "--job-variable <name=value>",
        "a variable of the pool's job template: JSON if it is valid, else a string",
      ),
    )
    .option("--watch", "print its log, and end with its outcome")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato deployment run train/nightly -p depth=8 --watch
  $ ostinato deployment run train/nightly --at "in 1h" --name before-the-demo

Exit codes: 0 asked for (with --watch: completed), 1 failed or crashed, 2 wrong use, 130 cancelled.`,
    )
    .action(async (name: string, options: DeploymentRunOptions) => (await import("./run.ts")).run(name, options));
}

function pauseCommand(): Command {
  return new Command("pause")
    .description("stop the schedules of a deployment, and drop the runs that they have made")
    .argument("<deployment>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./pause.ts")).pause(name, options));
}

function resumeCommand(): Command {
  return new Command("resume")
    .description("let the schedules of a deployment go on")
    .argument("<deployment>", argument)
    .addOption(jsonOption())
    .action(async (name: string, options: Json) => (await import("./pause.ts")).resume(name, options));
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete deployments with their schedules and the runs that have not begun")
    .argument("<deployment...>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (names: string[], options: Json & { yes?: boolean }) =>
      (await import("./delete.ts")).remove(names, options),
    );
}

function scheduleCommands(): Command {
  const schedule = new Command("schedule").description(
    "schedules of a deployment: list, create, pause, resume, delete",
  );
  schedule.addCommand(
    new Command("ls")
      .description("list the schedules of a deployment")
      .argument("<deployment>", argument)
      .addOption(jsonOption())
      .action(async (name: string, options: Json) => (await import("./schedules.ts")).list(name, options)),
  );
  schedule.addCommand(
    withTimes(new Command("create").description("add a schedule to a deployment").argument("<deployment>", argument))
      .option("--slug <slug>", "a word that identifies it within the deployment")
      .option("--inactive", "do not make runs yet")
      .addOption(jsonOption())
      .addHelpText(
        "after",
        `
Examples:
  $ ostinato deployment schedule create train/nightly --cron "0 2 * * *" --timezone Asia/Seoul
  $ ostinato deployment schedule create train/nightly --interval 6h --anchor 2026-01-01T00:00:00Z`,
      )
      .action(async (name: string, options: NewScheduleOptions) =>
        (await import("./schedules.ts")).create(name, options),
      ),
  );
  for (const [verb, about] of scheduleVerbs) {
    const command = new Command(verb)
      .description(about)
      .argument("<deployment>", argument)
      .argument("<schedule>", "id or slug of the schedule")
      .addOption(new Option("--json", jsonFlag));
    schedule.addCommand(
      command.action(async (name: string, wanted: string, options: Json) =>
        (await import("./schedules.ts"))[verb](name, wanted, options),
      ),
    );
  }
  schedule.addCommand(
    withTimes(
      new Command("preview")
        .description("show the next times of a deployment's schedules, or of one that is given by options")
        .argument("[deployment]", argument),
    )
      .addOption(new Option("-n, --count <times>", "how many times").argParser(wholeNumber(1, 1000)).default(10))
      .addOption(jsonOption())
      .action(async (name: string | undefined, options: PreviewOptions) =>
        (await import("./schedules.ts")).preview(name, options),
      ),
  );
  return schedule;
}

const scheduleVerbs = [
  ["pause", "have a schedule make no further runs"],
  ["resume", "let a schedule make runs again"],
  ["delete", "delete a schedule, and the runs that it has made"],
] as const;

function withTimes(command: Command): Command {
  return command
    .option("--cron <expression>", "five fields: minute, hour, day of the month, month, day of the week")
    .option("--interval <duration>", 'the time between two runs: "10m", "6h", "1d"')
    .option("--anchor <time>", "a moment from which intervals are counted; now by default")
    .option("--rrule <rule>", "a recurrence rule of RFC 5545")
    .option("--timezone <zone>", "the time zone of the schedule, as Asia/Seoul; UTC by default");
}

function backfillCommand(): Command {
  return new Command("backfill")
    .description("make one run for each time of the deployment's schedule between two moments")
    .argument("<deployment>", argument)
    .requiredOption("--from <time>", "the first time: 2026-01-01, or 2026-01-01T06:00:00Z")
    .requiredOption("--to <time>", "the time before which it ends")
    .option("--every <duration>", "every so often, in place of the schedule")
    .addOption(
      new Option("--concurrency <runs>", "how many runs are open at once").argParser(wholeNumber(1, 1000)).default(1),
    )
    .addOption(repeated("-p, --param <name=value>", "a parameter of all runs"))
    .option("-P, --params <json>", "parameters as a JSON object, or @file.json")
    .option("--dry-run", "show the times and make no runs")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Started again with the same times it goes on: runs that exist are not made again.

Examples:
  $ ostinato deployment backfill load/daily --from 2026-01-01 --to 2026-02-01 --concurrency 4
  $ ostinato deployment backfill load/daily --from 2026-01-01 --to 2026-01-08 --every 6h --dry-run

Exit codes: 0 all runs have completed, 1 some have not, 2 wrong use, 130 interrupted.`,
    )
    .action(async (name: string, options: BackfillOptions) => (await import("./backfill.ts")).backfill(name, options));
}
