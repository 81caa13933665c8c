import { Command } from "commander";
import { artifactCommands } from "./artifacts/artifact.commands.ts";
import { assetCommands } from "./assets/asset.commands.ts";
import { automationCommands } from "./automations/automation.commands.ts";
import { blockCommands } from "./blocks/block.commands.ts";
import { concurrencyLimitCommands } from "./concurrency-limits/concurrency-limit.commands.ts";
import { configCommands } from "./config/config.commands.ts";
import { deployCommand } from "./deploy/deploy.command.ts";
import { deploymentCommands } from "./deployments/deployment.commands.ts";
import { devCommand } from "./dev/dev.command.ts";
import { eventCommands } from "./events/event.commands.ts";
import { flowRunCommands } from "./flow-runs/flow-run.commands.ts";
import { flowCommands } from "./flows/flow.commands.ts";
import { paint } from "./output/text.ts";
import { runCommand } from "./run/run.command.ts";
import { serveCommand } from "./serve/serve.command.ts";
import { serverCommands } from "./server/server.commands.ts";
import { taskRunCommands } from "./task-runs/task-run.commands.ts";
import { taskCommands } from "./tasks/task.commands.ts";
import { transactionCommands } from "./transactions/transaction.commands.ts";
import { variableCommands } from "./variables/variable.commands.ts";
import { ownVersion, sayVersion } from "./version.ts";
import { webhookCommands } from "./webhooks/webhook.commands.ts";
import { workPoolCommands } from "./work-pools/work-pool.commands.ts";
import { workQueueCommands } from "./work-queues/work-queue.commands.ts";
import { workerCommands } from "./workers/worker.commands.ts";

export interface ProgramOptions {
  /** Called before a command runs, with the names that lead to it: `["flow-run", "ls"]`. */
  readonly beforeAction: (path: readonly string[]) => void;
}

/**
 * The tree of commands with names, options and examples. Each command's code is loaded when it is called, so that the others cost nothing.
 */
export function buildProgram({ beforeAction }: ProgramOptions): Command {
  const program = new Command("ostinato")
    .description("Run flows, look at their runs, and keep the server that records them.")
    .configureHelp({ showGlobalOptions: false })
    .helpCommand("help [command]", "show help for a command")
    .version(ownVersion, "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .addHelpText("after", examples);
  program.addCommand(serverCommands());
  program.addCommand(runCommand());
  program.addCommand(serveCommand());
  program.addCommand(devCommand());
  program.addCommand(deployCommand());
  program.addCommand(deploymentCommands());
  program.addCommand(workerCommands());
  program.addCommand(workPoolCommands());
  program.addCommand(workQueueCommands());
  program.addCommand(concurrencyLimitCommands());
  program.addCommand(transactionCommands());
  program.addCommand(blockCommands());
  program.addCommand(variableCommands());
  program.addCommand(webhookCommands());
  program.addCommand(flowCommands());
  program.addCommand(flowRunCommands());
  program.addCommand(taskRunCommands());
  program.addCommand(taskCommands());
  program.addCommand(artifactCommands());
  program.addCommand(eventCommands());
  program.addCommand(assetCommands());
  program.addCommand(automationCommands());
  program.addCommand(configCommands());
  program.addCommand(versionCommand());
  program.hook("preAction", (_, command) => beforeAction(pathOf(command)));
  speakAlike(program);
  return program;
}

const examples = `
Examples:
  $ ostinato server start                        the server and its pages on http://127.0.0.1:4200
  $ ostinato dev train.ts                        all of it, for writing flows: saved files are registered anew
  $ ostinato run train.ts -p depth=8             run the flow that train.ts exports
  $ ostinato serve train.ts --cron "0 2 * * *"   run it every night, and whenever somebody asks
  $ ostinato deploy --all                        make the deployments of ostinato.config.ts, for workers
  $ ostinato flow-run ls --state failed          what failed
  $ ostinato flow-run logs calm-heron --follow   the log of a run, as it grows

Exit codes: 0 fine, 1 failed, 2 wrong use, 3 no server is running, 130 cancelled.`;

function versionCommand(): Command {
  return new Command("version")
    .description("show the version of Ostinato and of Node")
    .option("--json", "print JSON for programs")
    .action((options: { json?: boolean }) => sayVersion(options));
}

function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

/** Commander does not pass these settings on to commands that are added whole. */
function speakAlike(command: Command): void {
  command
    .exitOverride()
    .helpOption("-h, --help", "show help")
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first: string) => `${mark()}: ${first.toUpperCase()}`)),
    });
  if (command.commands.length > 0 && command.parent !== null) command.helpCommand(false);
  for (const child of command.commands) speakAlike(child);
}

function mark(): string {
  return paint("red", "Error", process.stderr);
}
