import { Command, Option } from "commander";
import { repeated } from "../options.ts";
import type { RunOptions } from "./run.ts";

export function runCommand(): Command {
  return new Command("run")
    .description("run a flow of a TypeScript or JavaScript file")
    .argument("<file[:export]>", "the file, and the name of its flow if it has several")
    .addOption(repeated("-p, --param <name=value>", "a parameter: JSON if the value is valid JSON, otherwise a string"))
    .option("-P, --params <json>", "parameters as a JSON object, or @file.json")
    .option(
      "--resume <flow run id>",
      "resume a run that failed or whose process died; finished tasks are not run again",
    )
    .addOption(new Option("--json", "end with one line of JSON about the run"))
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato run train.ts
  $ ostinato run train.ts:train -p depth=8 -p 'columns=["a","b"]'
  $ ostinato run train.ts -P '{"train": "2021-01.parquet", "val": "2021-02.parquet"}'
  $ ostinato run train.ts --resume 0193c1f0-5f6a-7cc3-98c4-dc0c0c07398f

Exit codes: 0 completed, 1 failed or crashed, 2 wrong use, 130 cancelled.`,
    )
    .action(async (target: string, options: RunOptions) => (await import("./run.ts")).runFile(target, options));
}
