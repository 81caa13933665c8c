import { Command } from "commander";
import { jsonOption, yesOption } from "../options.ts";
import type { DeployCommandOptions } from "./deploy.ts";

export function deployCommand(): Command {
  return new Command("deploy")
    .description(
      "make the deployments of ostinato.config.ts (or prefect.yaml) on the server, for the workers of their pools",
    )
    .argument("[name...]", 'deployments: "nightly", or with the flow "train/nightly"; the only one by default')
    .option("--all", "all deployments of the config")
    .option("--config <file>", "the config; ostinato.config.ts, else prefect.yaml, of this folder by default")
    .option("--dry-run", "show what would change, and change nothing")
    .option("--prune", "with --all: delete deployments of this project that the config does not have any more")
    .option("--overwrite", "change back what somebody has changed on the server since the last deploy")
    .option("--fail-on-changes", "with --dry-run: end with 1 if something would change")
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato deploy nightly
  $ ostinato deploy --all --dry-run
  $ ostinato deploy --all --prune --yes

What would change is shown first. In a terminal you are asked before it is done; elsewhere only --prune asks for --yes.
Exit codes: 0 done, or nothing to do; 1 failed; 2 the config is wrong, and nothing was changed; 3 no server is running.`,
    )
    .action(async (names: string[], options: DeployCommandOptions) =>
      (await import("./deploy.ts")).deployProject(names, options),
    );
}
