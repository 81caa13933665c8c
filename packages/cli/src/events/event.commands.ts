import { Command, Option } from "commander";
import { aSpan, jsonOption, repeated, wholeNumber } from "../options.ts";
import type { EmitCommandOptions } from "./emit.ts";
import type { StreamOptions } from "./stream.ts";

export function eventCommands(): Command {
  const events = new Command("events").alias("event").description("events: stream, emit");
  for (const make of [streamCommand, emitCommand]) events.addCommand(make());
  return events;
}

function streamCommand(): Command {
  return new Command("stream")
    .description("print events as they happen, until you stop it")
    .addOption(repeated("--prefix <prefix>", 'only events whose name begins so, such as "prefect.flow-run."'))
    .addOption(repeated("--resource <id>", "only events about this resource, or related to it"))
    .addOption(new Option("--since <duration>", "begin with the events of the last 30s, 10m, 2h, …").argParser(aSpan))
    .addOption(new Option("-n, --count <events>", "end after so many events").argParser(wholeNumber(1, 1_000_000)))
    .addOption(new Option("--json", "print a line of JSON for each event"))
    .addHelpText(
      "after",
      `
Examples:
  $ ostinato events stream --prefix prefect.flow-run.
  $ ostinato events stream --since 1h --resource model/taxi --json | jq .payload`,
    )
    .action(async (options: StreamOptions) => (await import("./stream.ts")).streamEvents(options));
}

function emitCommand(): Command {
  return new Command("emit")
    .description("tell the server that something has happened")
    .argument("<name>", 'the name of the event, such as "model.trained"')
    .addOption(
      repeated(
        "-r, --resource <resource>",
        'what it is about: an id, labels as JSON, {"id": "model/taxi"}, or one label, name=value',
      ),
    )
    .option("--resource-id <id>", "the id of what it is about")
    .addOption(
      repeated("--related <resource>", 'a related resource as JSON: {"id": "dataset/trips", "role": "dataset"}'),
    )
    .option("-p, --payload <json>", "a JSON object, or @file with one")
    .option("--follows <id>", "the id of the event before it")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Example:
  $ ostinato events emit model.trained --resource model/taxi --payload '{"rmse": 7.76}'`,
    )
    .action(async (name: string, options: EmitCommandOptions) => (await import("./emit.ts")).emitEvent(name, options));
}
