import { Command, Option } from "commander";
import { jsonOption, limitOption, repeated, wholeNumber } from "../options.ts";
import type { WorkerListOptions } from "./list.ts";
import type { WorkerStartOptions } from "./start.ts";

export function workerCommands(): Command {
  const worker = new Command("worker").description("workers, which execute the runs of work pools: start, list");
  worker.addCommand(startCommand());
  worker.addCommand(listCommand());
  return worker;
}

function startCommand(): Command {
  return new Command("start")
    .description("take the runs of a work pool and execute them, until it is told to stop")
    .requiredOption("-p, --pool <name>", "the work pool")
    .option("-t, --type <type>", "the type of the pool, such as process or docker; by default that of the pool")
    .addOption(repeated("-q, --queue <name>", "runs of this queue of the pool; all queues by default"))
    .addOption(
      new Option(
        "-l, --limit <runs>",
        "how many runs are executed at once; by default two for each processor, and four at least",
      ).argParser(wholeNumber(1, 10_000)),
    )
    .option("-n, --name <name>", "the name of the worker; by default that of the machine")
    .option("--create", "create the pool where it is not there")
    .option("--drain-seconds <seconds>", "how long runs may take to end once it is told to stop", seconds, 600)
    .option("--kill-after <seconds>", "how long a cancelled run may take to end before it is killed", seconds, 30)
    .addOption(
      new Option("--health-port <port>", "answer /health, /ready and /metrics on this port").argParser(
        wholeNumber(0, 65_535),
      ),
    )
    .addOption(new Option("--health-host <address>", "the address of that port").default("127.0.0.1"))
    .addHelpText(
      "after",
      `
Ctrl-C or SIGTERM lets the runs end that are under way; a second one ends them, and a third one leaves them alone.

Examples:
  $ ostinato worker start --pool gpu --create
  $ ostinato worker start --pool gpu --queue urgent --limit 2 --health-port 8080`,
    )
    .action(async (options: WorkerStartOptions) => (await import("./start.ts")).start(options));
}

const seconds = wholeNumber(0, 604_800);

function listCommand(): Command {
  return new Command("ls")
    .description("list the workers of a work pool, those heard last first")
    .requiredOption("-p, --pool <name>", "the work pool")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: WorkerListOptions) => (await import("./list.ts")).list(options));
}
