import { type Delivered, deliver, type IsReachable, NotSent, reachable, sendMessage } from "@ostinato/messages";
import type { Resource } from "@ostinato/protocol";
import * as blockDocuments from "../block-documents/block-documents.service.ts";
import type { Context } from "../kernel/context.ts";
import { networkOf } from "../kernel/networks.ts";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";
import { ActionFailed, type ActionJob, type Done } from "./action-job.ts";
import { renderedTexts } from "./rendering.service.ts";

const webhookTimeoutSeconds = 10;

interface Block {
  readonly type: string;
  readonly data: JsonObject;
  readonly related: readonly Resource[];
}

async function blockOf(context: Context, id: string): Promise<Block> {
  const document = await blockDocuments.read(context, id, true);
  const slug = document.block_type?.slug ?? "";
  return {
    type: slug,
    data: document.data,
    related: [
      {
        "prefect.resource.id": `prefect.block-document.${id}`,
        "prefect.resource.role": "block",
        "prefect.resource.name": document.name ?? "",
      },
      { "prefect.resource.id": `prefect.block-type.${slug}`, "prefect.resource.role": "block-type" },
    ],
  };
}

/** Sends the payload to the address of a webhook block. */
export async function callWebhook(
  context: Context,
  job: ActionJob,
  { blockId, payload }: { readonly blockId: string; readonly payload: string },
): Promise<Done> {
  const block = await blockOf(context, blockId);
  const { type, related } = block;
  if (type !== "webhook") throw new ActionFailed("The referenced block was not a webhook block", { related });
  const [body = ""] = await renderedTexts(context, job, [payload]);
  const { method, url, headers, verify } = block.data;
  const given = {
    method: typeof method === "string" ? method : "POST",
    url: addressOf(url, related),
    headers: { ...typeOf(body), ...textsOf(headers) },
    body,
    timeoutSeconds: webhookTimeoutSeconds,
    verify: verify !== false,
  };
  return sent(context, block, (isReachable) => deliver([given], { id: job.id, isReachable, delivered: [] }));
}

/** Sends a message by a block of a service that takes messages. */
export async function sendNotification(
  context: Context,
  job: ActionJob,
  { blockId, ...templates }: { readonly blockId: string; readonly subject: string; readonly body: string },
): Promise<Done> {
  const block = await blockOf(context, blockId);
  const [subject = "", body = ""] = await renderedTexts(context, job, [templates.subject, templates.body]);
  const { id, delivered } = job;
  return sent(context, block, (isReachable) => sendMessage(block, { id, subject, body }, { isReachable, delivered }));
}

/** Sends what a block says, through to the networks that it may reach. */
async function sent(
  { config }: Context,
  { data, related }: Block,
  send: (isReachable: IsReachable) => Promise<Delivered>,
): Promise<Done> {
  const networks = data.allow_private_urls === false ? [] : config.privateTargets;
  try {
    return { details: await send(reachable(networks.flatMap((text) => networkOf(text) ?? []))), related };
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
    const { message, retry, details, delivered } = error;
    throw new ActionFailed(message, { retry, details, related, delivered });
  }
}

function addressOf(value: unknown, related: readonly Resource[]): URL {
  const text = typeof value === "string" ? value : "";
  if (!URL.canParse(text)) throw new ActionFailed("The address of the block is not a URL", { related });
  return new URL(text);
}

function typeOf(body: string): Readonly<Record<string, string>> {
  if (body === "") return {};
  return { "content-type": isJson(body) ? "application/json" : "text/plain; charset=utf-8" };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.toLowerCase(), String(part)]));
}
