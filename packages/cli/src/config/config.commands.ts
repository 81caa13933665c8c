import { Command } from "commander";
import { jsonOption } from "../options.ts";

export function configCommands(): Command {
  const config = new Command("config").description("settings, and the profile that stores them");
  config
    .command("view")
    .description("show every setting and where its value comes from")
    .option("--show-secrets", "show passwords")
    .addOption(jsonOption())
    .action(async (options: { showSecrets?: boolean; json?: boolean }) => (await import("./config.ts")).view(options));
  config
    .command("set")
    .description("store settings in the profile; environment variables override them")
    .argument("<NAME=value...>", "settings, by the names of their environment variables")
    .addOption(jsonOption())
    .addHelpText("after", "\nExamples:\n  $ ostinato config set OSTINATO_API_URL=https://flows.example.org/api")
    .action(async (given: string[], options: { json?: boolean }) => (await import("./config.ts")).set(given, options));
  config
    .command("unset")
    .description("remove settings from the profile")
    .argument("<NAME...>", "settings, by the names of their environment variables")
    .addOption(jsonOption())
    .action(async (names: string[], options: { json?: boolean }) =>
      (await import("./config.ts")).unset(names, options),
    );
  return config;
}
