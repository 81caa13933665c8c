import { Command } from "commander";
import { aSpan, jsonOption, limitOption, yesOption } from "../options.ts";
import type { CreateWebhookOptions, RotateOptions } from "./webhooks.ts";

interface Json {
  readonly json?: boolean;
}

const argument = "name or id of the webhook";

export function webhookCommands(): Command {
  const webhooks = new Command("webhook").description(
    "addresses that turn what is posted to them into events: ls, create, inspect, pause, resume, rotate, delete",
  );
  for (const make of [listCommand, createCommand, inspectCommand, pauseCommand, resumeCommand, rotateCommand]) {
    webhooks.addCommand(make());
  }
  webhooks.addCommand(deleteCommand());
  return webhooks;
}

function listCommand(): Command {
  return new Command("ls")
    .description("list webhooks by name")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async (options: Json & { readonly limit: number }) => (await import("./webhooks.ts")).list(options));
}

function createCommand(): Command {
  return new Command("create")
    .description("create a webhook, and show its address: it is shown this once")
    .argument("<name>", "its name")
    .option(
      "--template <json>",
      "the event that a post becomes, as JSON with templates; without it CloudEvents are taken",
    )
    .option("--signature-header <name>", "check the signature in this header")
    .option("--signature-prefix <text>", "what stands before the signature, such as sha256=")
    .option("--secret-env <variable>", "the environment variable with the key of the signature")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Example:
  $ ostinato webhook create pushes --signature-header x-hub-signature-256 --signature-prefix sha256= --secret-env HOOK_KEY \\
      --template '{"event": "git.push", "resource": {"prefect.resource.id": "git.{{ body.repository.full_name }}"}}'`,
    )
    .action(async (name: string, options: CreateWebhookOptions) =>
      (await import("./webhooks.ts")).create(name, options),
    );
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("show a webhook")
    .argument("<webhook>", argument)
    .addOption(jsonOption())
    .action(async (wanted: string, options: Json) => (await import("./webhooks.ts")).inspect(wanted, options));
}

function pauseCommand(): Command {
  return new Command("pause")
    .description("take no posts until it is resumed")
    .argument("<webhook>", argument)
    .action(async (wanted: string) => (await import("./webhooks.ts")).change(wanted, { enabled: false }));
}

function resumeCommand(): Command {
  return new Command("resume")
    .description("take posts again")
    .argument("<webhook>", argument)
    .action(async (wanted: string) => (await import("./webhooks.ts")).change(wanted, { enabled: true }));
}

function rotateCommand(): Command {
  return new Command("rotate")
    .description("give a webhook a new address; the one before stays valid for a time")
    .argument("<webhook>", argument)
    .option("--grace <duration>", "how long the address before is valid, such as 10m (default: an hour)", aSpan)
    .option("--secret-env <variable>", "the environment variable with a new key of the signature")
    .addOption(jsonOption())
    .action(async (wanted: string, options: RotateOptions) => (await import("./webhooks.ts")).rotate(wanted, options));
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete a webhook")
    .argument("<webhook>", argument)
    .addOption(yesOption())
    .action(async (wanted: string, options: { readonly yes?: boolean }) =>
      (await import("./webhooks.ts")).remove(wanted, options),
    );
}
