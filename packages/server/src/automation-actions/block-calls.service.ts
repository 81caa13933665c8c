import type { Resource } from "@ostinato/protocol";
import * as blockDocuments from "../block-documents/block-documents.service.ts";
import type { Context } from "../kernel/context.ts";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";
import { ActionFailed, type ActionJob, type Done } from "./action-job.ts";
import { call, type HttpAnswer, type HttpCall, Unreachable } from "./http-call.ts";
import { type Message, messageCalls } from "./messages.rules.ts";
import { reachable } from "./reachable.ts";
import { renderedTexts } from "./rendering.service.ts";

const webhookTimeoutSeconds = 10;
const maxShownCharacters = 1000;

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
  return answered(context, job, { calls: [given], block });
}

/** Sends a message by a block of a service that takes messages. */
export async function sendNotification(
  context: Context,
  job: ActionJob,
  { blockId, ...templates }: { readonly blockId: string } & Message,
): Promise<Done> {
  const block = await blockOf(context, blockId);
  const [subject = "", body = ""] = await renderedTexts(context, job, [templates.subject, templates.body]);
  return answered(context, job, { calls: messageCalls(block.type, block.data, { subject, body }), block });
}

interface Calling {
  readonly calls: readonly HttpCall[];
  readonly block: Block;
}

async function answered(context: Context, job: ActionJob, { calls, block }: Calling): Promise<Done> {
  const { related } = block;
  let details: JsonObject = {};
  for (const each of calls) {
    const answer = await sent(context, job, each, block);
    details = detailsOf(answer);
    if (answer.status >= 200 && answer.status < 300) continue;
    const { status } = answer;
    const isRedirect = status >= 300 && status < 400;
    const reason = isRedirect
      ? `The address answered ${status}, and redirects are not followed`
      : `The address answered ${status}`;
    throw new ActionFailed(reason, { mayPass: status >= 500 || status === 429, details, related });
  }
  return { details, related };
}

async function sent(
  { config }: Context,
  job: ActionJob,
  given: HttpCall,
  { data, related }: Block,
): Promise<HttpAnswer> {
  const networks = data.allow_private_urls === false ? [] : config.privateTargets;
  const headers = { "idempotency-key": job.id, "user-agent": "Ostinato", ...given.headers };
  try {
    return await call({ ...given, headers }, reachable(networks));
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new ActionFailed(`The request failed: ${reason}`, { mayPass: !(error instanceof Unreachable), related });
  }
}

/** Headers that may hold secrets are left out. */
const secretHeaders = /cookie|auth|token|secret|key/i;

function detailsOf({ status, headers, body }: HttpAnswer): JsonObject {
  const shown = Object.entries(headers).filter(([name]) => !secretHeaders.test(name));
  return {
    status_code: status,
    response_body: body.slice(0, maxShownCharacters),
    response_headers: Object.fromEntries(shown),
  };
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
