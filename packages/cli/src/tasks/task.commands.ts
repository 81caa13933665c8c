import { Command, Option } from "commander";
import { jsonOption, wholeNumber } from "../options.ts";
import type { TaskServeOptions } from "./serve.ts";

export function taskCommands(): Command {
  const task = new Command("task").description("background tasks: serve them, list what waits and who works");
  task
    .command("serve")
    .description("run what programs delay: be a worker of the tasks of files, in this process")
    .argument("<file[:export]...>", "files, and the names of their tasks; all tasks of a file by default")
    .addOption(
      new Option("--limit <runs>", "how many runs this process executes at once; 10 by default").argParser(
        wholeNumber(1, 10_000),
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato task serve images.ts
  $ ostinato task serve images.ts:resize mail.ts:notify --limit 4

Ctrl-C or SIGTERM: no further run begins, those under way finish. A second one ends them.`,
    )
    .action(async (targets: string[], options: TaskServeOptions) =>
      (await import("./serve.ts")).serveTasks(targets, options),
    );
  task
    .command("ls")
    .description("list tasks that have delayed runs or workers")
    .addOption(jsonOption())
    .action(async (options: { readonly json?: boolean }) => (await import("./list.ts")).list(options));
  return task;
}
