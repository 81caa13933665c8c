import { Command } from "commander";
import { jsonOption, limitOption } from "../options.ts";
import type { ArtifactListOptions } from "./artifacts.ts";

export function artifactCommands(): Command {
  const artifact = new Command("artifact").description("reports, tables, images and links that flows made");
  artifact
    .command("ls")
    .description("list the newest artifact of each key")
    .option("--all", "every version, and those without a key")
    .option("--key <key>", "the versions of this key")
    .option("--flow-run <id or name>", "the artifacts of this flow run")
    .addOption(limitOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExamples:\n  $ ostinato artifact ls\n  $ ostinato artifact inspect report > report.md")
    .action(async (options: ArtifactListOptions) => (await import("./artifacts.ts")).list(options));
  artifact
    .command("inspect")
    .description("show an artifact: the newest under a key, or one by its id")
    .argument("<artifact>", "key or id of the artifact")
    .addOption(jsonOption())
    .action(async (wanted: string, options: { json?: boolean }) =>
      (await import("./artifacts.ts")).inspect(wanted, options),
    );
  return artifact;
}
