import { Command, Option } from "commander";
import { portOption, wholeNumber } from "../options.ts";
import type { DevOptions } from "./dev.ts";

export function devCommand(): Command {
  return new Command("dev")
    .description(
      "server, pages and a worker for writing flows: registers the flows of files, and again when they are saved",
    )
    .argument(
      "[file...]",
      "files with flows; those of the deployments in ostinato.config.ts or prefect.yaml by default",
    )
    .option("--config <file>", "the config")
    .option("--pool <pool>", "the work pool, which is created where it is not there", "dev")
    .addOption(portOption("the server's port, where none runs yet"))
    .addOption(new Option("--limit <runs>", "how many runs are executed at once").argParser(wholeNumber(1, 10_000)))
    .option("--schedules", "let schedules make runs; they are paused by default")
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato dev train.ts evaluate.ts
  $ ostinato dev --schedules

A server that answers already is used, and goes on. Ctrl-C ends the rest.`,
    )
    .action(async (files: string[], options: DevOptions) => (await import("./dev.ts")).dev(files, options));
}
