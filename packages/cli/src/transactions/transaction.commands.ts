import { Command } from "commander";
import { jsonOption, yesOption } from "../options.ts";

interface Json {
  readonly json?: boolean;
}

const argument = "the key of the transaction";

export function transactionCommands(): Command {
  const transactions = new Command("transaction").description("keys of transactions: ls, inspect, forget");
  for (const make of [listCommand, inspectCommand, forgetCommand]) transactions.addCommand(make());
  return transactions;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list the keys of transactions that are under way, and how many wait for each")
    .addOption(jsonOption())
    .action(async (options: Json) => (await import("./transactions.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show what is committed under a key, who holds it, and who waits for it")
    .argument("<key>", argument)
    .addOption(jsonOption())
    .action(async (key: string, options: Json) => (await import("./transactions.ts")).inspect(key, options));
}

function forgetCommand(): Command {
  return new Command("forget")
    .description("have the next transaction with the key executed, though the key is committed")
    .argument("<key>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato transaction inspect "load 2024-03"
  $ ostinato transaction forget "load 2024-03"    # the month is loaded anew by its next run`,
    )
    .action(async (key: string, options: Json & { yes?: boolean }) =>
      (await import("./transactions.ts")).forget(key, options),
    );
}
