import { Command } from "commander";
import { jsonOption, limitOption, yesOption } from "../options.ts";
import type { CreateBlockOptions } from "./create.ts";
import type { BlockListOptions } from "./list.ts";

interface Json {
  readonly json?: boolean;
}

const argument = "the block: its type and its name, such as secret/main";
const typeArgument = "the slug of the type";

export function blockCommands(): Command {
  const blocks = new Command("block").description("kept configuration with secrets: ls, inspect, create, delete; type");
  for (const make of [listCommand, inspectCommand, createCommand, deleteCommand, typeCommands]) {
    blocks.addCommand(make());
  }
  return blocks;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list blocks by name, with their types")
    .option("--type <slug>", "only blocks of this type")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: BlockListOptions) => (await import("./list.ts")).list(options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show the values of a block, secrets as ********")
    .argument("<block>", argument)
    .addOption(jsonOption())
    .action(async (block: string, options: Json) => (await import("./inspect.ts")).inspect(block, options));
}

function createCommand(): Command {
  return new Command("create")
    .description("save a block of a type that the server knows")
    .argument("<block>", argument)
    .requiredOption(
      "-d, --data <json>",
      "its values as JSON, or @file with them; secrets of a command line stay in the shell's history",
    )
    .option("--overwrite", "replace the values of a block with this name")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato block create secret/token --data @token.json    # {"value": "…"}
  $ ostinato block create local-file-system/data --data '{"basepath": "/data"}' --overwrite`,
    )
    .action(async (block: string, options: CreateBlockOptions) => (await import("./create.ts")).create(block, options));
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete blocks; what refers to them fails then")
    .argument("<block...>", argument)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (blocks: string[], options: Json & { yes?: boolean }) =>
      (await import("./delete.ts")).remove(blocks, options),
    );
}

function typeCommands(): Command {
  const types = new Command("type").description("types of blocks: ls, inspect, delete");
  types.addCommand(
    new Command("ls")
      .description("list the types of blocks that the server knows")
      .addOption(limitOption())
      .addOption(jsonOption())
      .action(async (options: BlockListOptions) => (await import("./types.ts")).listTypes(options)),
  );
  types.addCommand(
    new Command("inspect")
      .description("show a type with the fields of its newest schema")
      .argument("<type>", typeArgument)
      .addOption(jsonOption())
      .action(async (type: string, options: Json) => (await import("./types.ts")).inspectType(type, options)),
  );
  types.addCommand(
    new Command("delete")
      .description("delete a type with its schemas and all its blocks")
      .argument("<type>", typeArgument)
      .addOption(yesOption())
      .addOption(jsonOption())
      .action(async (type: string, options: Json & { yes?: boolean }) =>
        (await import("./types.ts")).removeType(type, options),
      ),
  );
  return types;
}
