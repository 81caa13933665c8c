import { Command } from "commander";
import { jsonOption, limitOption, repeated } from "../options.ts";
import type { FlowListOptions } from "./flows.ts";

export function flowCommands(): Command {
  const flow = new Command("flow").description("flows and their latest runs");
  flow
    .command("ls")
    .description("list flows, the latest run first")
    .option("--name <text>", "flows whose name contains this")
    .addOption(repeated("--tag <tag>", "flows with this tag"))
    .addOption(limitOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExamples:\n  $ ostinato flow ls\n  $ ostinato flow ls --json | jq -r '.[].name'")
    .action(async (options: FlowListOptions) => (await import("./flows.ts")).list(options));
  return flow;
}
