import { Command, Option } from "commander";
import { jsonOption, portOption, wholeNumber, yesOption } from "../options.ts";
import type { StartOptions } from "./start-options.ts";
import type { StatusOptions } from "./status.ts";
import type { StopOptions } from "./stop.ts";

export function serverCommands(): Command {
  const server = new Command("server").description("start, stop and look after the server");
  server.addCommand(startCommand());
  server.addCommand(stopCommand());
  server.addCommand(statusCommand());
  server.addCommand(databaseCommands());
  return server;
}

function startCommand(): Command {
  return new Command("start")
    .description("start the API and the web pages, on SQLite unless OSTINATO_DATABASE_URL says otherwise")
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .addOption(portOption("port to listen on (4200); 0 takes any free one"))
    .option("--background", "return when it answers, and let it run on")
    .addOption(
      new Option("--wait <seconds>", "how long to wait for PostgreSQL to answer")
        .argParser(wholeNumber(0, 86_400))
        .default(0),
    )
    .addOption(jsonOption())
    .addOption(new Option("--announce").hideHelp())
    .addOption(new Option("--with-parent").hideHelp())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato server start
  $ ostinato server start --port 4300 --background
  $ OSTINATO_DATABASE_URL=postgresql://me@localhost/ostinato ostinato server start --wait 30`,
    )
    .action(async (options: StartOptions) => (await import("./start.ts")).startServer(options));
}

function stopCommand(): Command {
  return new Command("stop")
    .description("stop a server of this home folder: it finishes what it took")
    .addOption(portOption("the one on this port, where several are running"))
    .addOption(
      new Option("--timeout <seconds>", "how long to wait for it").argParser(wholeNumber(0, 86_400)).default(30),
    )
    .option("--force", "kill it when it has not stopped in time")
    .addOption(jsonOption())
    .action(async (options: StopOptions) => (await import("./stop.ts")).stopServer(options));
}

function statusCommand(): Command {
  return new Command("status")
    .description("say whether a server answers, and which; exit code 3 when none does")
    .addOption(portOption("the one on this port"))
    .addOption(jsonOption())
    .action(async (options: StatusOptions) => (await import("./status.ts")).showStatus(options));
}

function databaseCommands(): Command {
  const database = new Command("database").description("upgrade or empty the database");
  database
    .command("upgrade")
    .description("bring the tables up to date; servers do it themselves when they start")
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => (await import("./database.ts")).upgrade(options));
  database
    .command("reset")
    .description("delete everything: flows, runs, logs, artifacts, results")
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: { yes?: boolean; json?: boolean }) => (await import("./database.ts")).reset(options));
  return database;
}
