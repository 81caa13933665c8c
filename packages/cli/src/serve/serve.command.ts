import { Command, Option } from "commander";
import { repeated, wholeNumber } from "../options.ts";
import type { ServeCommandOptions } from "./serve.ts";

export function serveCommand(): Command {
  return new Command("serve")
    .description("serve flows of files: register them, and run each due or requested run in a process of its own")
    .argument("<file[:export]...>", "files, and the names of their flows; all flows of a file by default")
    .option("--name <name>", "name of the deployments", "default")
    .option("--cron <expression>", "run by a cron expression with five fields")
    .option("--interval <duration>", 'run every so often: "10m", "6h", "1d"')
    .option("--rrule <rule>", "run by a recurrence rule of RFC 5545")
    .option("--timezone <zone>", "the time zone of the schedule, as Asia/Seoul; UTC by default")
    .addOption(repeated("-p, --param <name=value>", "a default parameter: JSON if the value is valid JSON"))
    .option("-P, --params <json>", "default parameters as a JSON object, or @file.json")
    .addOption(repeated("--tag <tag>", "a tag of the runs"))
    .option("--description <text>", "a description")
    .addOption(
      new Option("--limit <runs>", "how many runs this process executes at once").argParser(wholeNumber(1, 10_000)),
    )
    .addOption(
      new Option(
        "--concurrency <runs>",
        "how many runs of a deployment are under way at once, over all processes",
      ).argParser(wholeNumber(1, 1_000_000)),
    )
    .addOption(
      new Option("--missed <which>", "runs that start late whose time passed while nothing served them").choices([
        "all",
        "latest",
        "none",
      ]),
    )
    .option("--expire-after <duration>", "cancel a run that has not started so long after its time")
    .addOption(new Option("--on-crash <what>", "what becomes of a run whose process died").choices(["stay", "restart"]))
    .addOption(new Option("--max-restarts <times>", "how many times it is restarted").argParser(wholeNumber(0, 1000)))
    .option("--pause-on-shutdown", "pause the schedules when this process stops")
    .option("--watch", "register the deployments anew when a file of the program is saved")
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato serve train.ts --name nightly --cron "0 2 * * *" --timezone Asia/Seoul
  $ ostinato serve train.ts:train evaluate.ts --watch

Ctrl-C or SIGTERM: no further run starts, those under way finish. A second one ends them.`,
    )
    .action(async (targets: string[], options: ServeCommandOptions) =>
      (await import("./serve.ts")).serveTargets(targets, options),
    );
}
