import { Command, Option } from "commander";
import { jsonOption, portOption, wholeNumber, yesOption } from "../options.ts";
import type { BackupOptions } from "./backup.ts";
import type { DeadLettersOptions } from "./dead-letters.ts";
import type { RetentionOptions } from "./retention.ts";
import type { StartOptions } from "./start-options.ts";
import type { StatusOptions } from "./status.ts";
import type { StopOptions } from "./stop.ts";

export function serverCommands(): Command {
  const server = new Command("server").description("start, stop and maintain the server");
  server.addCommand(startCommand());
  server.addCommand(stopCommand());
  server.addCommand(statusCommand());
  server.addCommand(retentionCommand());
  server.addCommand(consumersCommand());
  server.addCommand(deadLettersCommand());
  server.addCommand(saveCommand());
  server.addCommand(rotateKeyCommand());
  server.addCommand(backupCommand());
  server.addCommand(restoreCommand());
  server.addCommand(databaseCommands());
  return server;
}

function startCommand(): Command {
  return new Command("start")
    .description("start the API and the web pages, on SQLite unless OSTINATO_DATABASE_URL says otherwise")
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .addOption(portOption("port to listen on (4200); 0 takes any free one"))
    .option("--background", "return when the server answers, and let it run on")
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
    .description("stop a server of this home folder after it finishes accepted work")
    .addOption(portOption("the server on this port, where several are running"))
    .addOption(
      new Option("--timeout <seconds>", "how long to wait for it").argParser(wholeNumber(0, 86_400)).default(30),
    )
    .option("--force", "kill it when it has not stopped in time")
    .addOption(jsonOption())
    .action(async (options: StopOptions) => (await import("./stop.ts")).stopServer(options));
}

function statusCommand(): Command {
  return new Command("status")
    .description("show whether a server answers, and which; exit code 3 when none does")
    .addOption(portOption("the server on this port"))
    .addOption(jsonOption())
    .action(async (options: StatusOptions) => (await import("./status.ts")).showStatus(options));
}

function retentionCommand(): Command {
  return new Command("retention")
    .description("show how long data is kept, and what would be removed now")
    .option("--run", "remove it now; a running server does so every ten minutes")
    .option("--confirm", "with --run: the clock is right, and more than half may go at once")
    .addOption(jsonOption())
    .action(async (options: RetentionOptions) => (await import("./retention.ts")).showRetention(options));
}

function consumersCommand(): Command {
  return new Command("consumers")
    .description("show the consumers of committed changes, and how far each has come")
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => (await import("./dead-letters.ts")).showConsumers(options));
}

function deadLettersCommand(): Command {
  return new Command("dead-letters")
    .description("list the changes that consumers failed on too often, retry them, or discard them")
    .argument("[ids...]", "the dead letters to retry or discard")
    .option("--retry", "retry them, once the cause is gone")
    .option("--discard", "discard them: the consumer never handles them")
    .option("--all", "all of them, instead of ids")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato server dead-letters
  $ ostinato server dead-letters --retry --all
  $ ostinato server dead-letters --discard 0192f3a0-5b7c-7c3e-9a55-0d8a5b6f2c11`,
    )
    .action(async (ids: string[], options: DeadLettersOptions) =>
      (await import("./dead-letters.ts")).deadLetters(ids, options),
    );
}

function rotateKeyCommand(): Command {
  return new Command("rotate-key")
    .description("seal the secrets of all blocks with another key: a new one, or the first of OSTINATO_ENCRYPTION_KEY")
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => (await import("./rotate-key.ts")).rotate(options));
}

function backupCommand(): Command {
  return new Command("backup")
    .description("copy the SQLite database of this machine into a file; servers may use it meanwhile")
    .argument("<file>", "the file to write")
    .option("--force", "replace an existing file")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato server backup ostinato-2026-11-26.db
  $ OSTINATO_DATABASE_URL=sqlite:////srv/flows.db ostinato server backup /backups/flows.db --force`,
    )
    .action(async (file: string, options: BackupOptions) => (await import("./backup.ts")).backup(file, options));
}

function restoreCommand(): Command {
  return new Command("restore")
    .description("replace the SQLite database by a backup; the previous one is kept beside it")
    .argument("<file>", 'a file that "ostinato server backup" wrote')
    .addOption(jsonOption())
    .action(async (file: string, options: BackupOptions) => (await import("./backup.ts")).restore(file, options));
}

function saveCommand(): Command {
  return new Command("save")
    .description("save the open database of a running server, after its SQLite file was removed, renamed or replaced")
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => (await import("./save.ts")).saveOpenDatabase(options));
}

function databaseCommands(): Command {
  const database = new Command("database").description("upgrade, shrink or empty the database");
  database
    .command("vacuum")
    .description("rewrite the SQLite file without its free space; no server may be running on it")
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => (await import("./backup.ts")).vacuum(options));
  database
    .command("upgrade")
    .description("upgrade the tables; servers do so themselves when they start")
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
