import { Command } from "commander";
import { jsonOption, limitOption, yesOption } from "../options.ts";
import type { AssetListOptions, Sure } from "./assets.ts";

const argument = "the key of the asset, such as s3://lake/features.parquet";

export function assetCommands(): Command {
  const assets = new Command("asset").description("data that tasks make and read: ls, inspect, delete");
  for (const make of [listCommand, inspectCommand, deleteCommand]) assets.addCommand(make());
  return assets;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list assets by key")
    .option("--match <text>", "only assets with this text in the key or the name")
    .option("--failed", "only assets whose last materialization failed")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: AssetListOptions) => (await import("./assets.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show an asset: how it was last made, what it is made of, and what is made of it")
    .argument("<key>", argument)
    .addOption(jsonOption())
    .action(async (key: string, options: { json?: boolean }) => (await import("./assets.ts")).inspect(key, options));
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("forget assets with their history; the data itself stays")
    .argument("<key...>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (keys: string[], options: Sure) => (await import("./assets.ts")).remove(keys, options));
}
