import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean, isUuid } from "@ostinato/core";
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  filterWebhooks,
  readWebhook,
  rotateWebhook,
  type Webhook,
  type WebhookTemplate,
  type WebhookUpdate,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { readJsonObject } from "../json-option.ts";
import { confirmed } from "../output/confirm.ts";
import { ago, localTime } from "../output/moments.ts";
import { note, say, sayFields, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { oneLine, paint } from "../output/text.ts";
import { pageRows, readPages } from "../pages.ts";

export interface CreateWebhookOptions {
  readonly template?: string;
  readonly signatureHeader?: string;
  readonly signaturePrefix?: string;
  readonly secretEnv?: string;
  readonly json?: boolean;
}

export interface RotateOptions {
  /** Seconds. */
  readonly grace?: number;
  readonly secretEnv?: string;
  readonly json?: boolean;
}

interface Json {
  readonly json?: boolean;
}

export function list({ limit, json }: Json & { readonly limit: number }): Promise<void> {
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, (page) => client.call(filterWebhooks, { body: page }));
    if (json) sayJson(rows);
    else sayTable(rows, columns, 'There are no webhooks. "ostinato webhook create" makes one.');
  });
}

const columns: readonly Column<Webhook>[] = [
  { title: "WEBHOOK", value: ({ name }) => oneLine(name) },
  { title: "STATE", value: ({ enabled }) => (enabled ? "on" : "paused") },
  { title: "EVENT", value: ({ template }) => oneLine(eventOf(template)), flexible: true },
  { title: "SIGNED", value: ({ signature }) => signature?.header ?? "" },
  { title: "CHANGED", value: ({ updated }) => ago(updated) },
  { title: "ID", value: ({ id }) => id },
];

function eventOf(template: WebhookTemplate | null): string {
  if (template === null) return "CloudEvents";
  return typeof template === "string" ? template : template.event;
}

export function create(name: string, options: CreateWebhookOptions): Promise<void> {
  const template = options.template === undefined ? null : readJsonObject("--template", options.template);
  const body = { name, template: template as WebhookTemplate | null, signature: signatureOf(options) };
  return withServer(async ({ client }) => tellAddress(await client.call(createWebhook, { body }), options));
}

function signatureOf({ signatureHeader: header, signaturePrefix: prefix, secretEnv }: CreateWebhookOptions) {
  if (header === undefined && secretEnv === undefined) return null;
  if (header === undefined || secretEnv === undefined) {
    throw usageError("--signature-header and --secret-env belong together: the header, and the variable with its key.");
  }
  return { header, secret: secretIn(secretEnv), ...(prefix === undefined ? {} : { prefix }) };
}

function secretIn(variable: string): string {
  const secret = process.env[variable] ?? "";
  if (secret === "") throw usageError(`The environment variable ${variable} is not set.`);
  return secret;
}

interface Addressed {
  readonly webhook: Webhook;
  readonly address: string;
}

function tellAddress(addressed: Addressed, { json }: Json): void {
  if (json) {
    sayJson(addressed);
    return;
  }
  say(addressed.address);
  note("Keep the address: whoever knows it can post, and it is not shown again.");
}

export function inspect(wanted: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const webhook = await find(client, wanted);
    if (json) return sayJson(webhook);
    const { template, signature, former_until: former } = webhook;
    sayFields([
      ["Webhook", `${paint("bold", oneLine(webhook.name))}  ${webhook.id}`],
      ["State", webhook.enabled ? "on" : "paused"],
      ["Takes", template === null ? "CloudEvents" : JSON.stringify(template, null, 2)],
      ["Signature", signature === null ? "not checked" : signature.header],
      ["Former address", former === null ? null : `valid until ${localTime(former)}`],
      ["Created", localTime(webhook.created)],
      ["Changed", localTime(webhook.updated)],
    ]);
  });
}

export function change(wanted: string, body: WebhookUpdate): Promise<void> {
  return withServer(async ({ client }) => {
    const { id } = await find(client, wanted);
    const { name, enabled } = await client.call(changeWebhook, { params: { id }, body });
    say(`${oneLine(name)} is ${enabled ? "on" : "paused"}`);
  });
}

export function rotate(wanted: string, options: RotateOptions): Promise<void> {
  const { grace, secretEnv } = options;
  const body = {
    ...(grace === undefined ? {} : { grace_seconds: grace }),
    ...(secretEnv === undefined ? {} : { secret: secretIn(secretEnv) }),
  };
  return withServer(async ({ client }) => {
    const { id } = await find(client, wanted);
    tellAddress(await client.call(rotateWebhook, { params: { id }, body }), options);
  });
}

export function remove(wanted: string, { yes }: { readonly yes?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const { id, name } = await find(client, wanted);
    const question = `${oneLine(name)} will be deleted. What posts to it gets 404 then.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    await client.call(deleteWebhook, { params: { id } });
    say(`Deleted ${oneLine(name)}`);
  });
}

async function find(client: Client, wanted: string): Promise<Webhook> {
  if (isUuid(wanted)) {
    try {
      return await client.call(readWebhook, { params: { id: wanted } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  const [named] = await client.call(filterWebhooks, { body: { name: wanted } });
  if (named !== undefined) return named;
  const all = await client.call(filterWebhooks, { body: { limit: pageRows } });
  const near = didYouMean(wanted, new Set(all.map(({ name }) => name)));
  throw new CliError(`There is no webhook ${JSON.stringify(wanted)}.${near || ' "ostinato webhook ls" lists them.'}`);
}
