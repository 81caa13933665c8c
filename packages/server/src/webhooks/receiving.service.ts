import { createHash } from "node:crypto";
import { formatTimestamp, parseTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import { type WebhookTemplate, webhookLimits } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { inWords, Overloaded, refused } from "../kernel/errors.ts";
import type { Incoming } from "../kernel/incoming.ts";
import { unit } from "../kernel/unit.ts";
import { unseal } from "../secrets/secrets.service.ts";
import { digestOf } from "./addresses.rules.ts";
import { cloudEventsIn } from "./cloud-events.rules.ts";
import { madeBy, TemplateFailed } from "./making.service.ts";
import { type MadeEvent, type Post, postOf, Unreadable } from "./posts.rules.ts";
import { isSigned, type SignatureScheme } from "./signatures.rules.ts";
import * as queries from "./webhooks.queries.ts";

/** Turns posts into events. */
export interface Receiver {
  /** The ids of the events. */
  receive(context: Context, address: string, request: Incoming): Promise<readonly string[]>;
}

export function createReceiver(): Receiver {
  const rates = new Map<string, Level>();
  return {
    async receive(context, address, request) {
      const now = context.clock.now();
      const webhook = await queries.webhookAt(context.db.read, digestOf(address), now);
      if (webhook === undefined) throw refused("WEBHOOK_NOT_FOUND", "There is no webhook at this address.");
      if (webhook.enabled === 0) throw refused("WEBHOOK_PAUSED", "This webhook is paused.");
      const level = risen(rates.get(webhook.id), context.clock.elapsed());
      if (level.posts > webhookLimits.burst) throw tooMany();
      rates.set(webhook.id, level);
      const text = typeof request.body === "string" ? request.body : "";
      checkSignature(context, webhook, { request, text, now });
      return keepEvents(context, webhook, { request, text, now });
    },
  };
}

/** Posts that have come and not yet been forgotten. Some are forgotten each second. */
interface Level {
  readonly posts: number;
  readonly at: number;
}

function risen(before: Level | undefined, at: number): Level {
  if (before === undefined) return { posts: 1, at };
  return { posts: Math.max(0, before.posts - (at - before.at) * webhookLimits.perSecond) + 1, at };
}

function tooMany(): Overloaded {
  const detail = `A webhook takes ${webhookLimits.perSecond} posts in a second, and ${webhookLimits.burst} at once`;
  return new Overloaded({ status: 429, detail, retryAfterSeconds: 1 });
}

interface Posted {
  readonly request: Incoming;
  readonly text: string;
  readonly now: Timestamp;
}

function checkSignature(context: Context, webhook: queries.WebhookRow, { request, text, now }: Posted): void {
  const { signature, secret, former_secret, former_until } = webhook;
  if (signature === null) return;
  const isFormerValid = former_until !== null && former_until > now;
  const sealed = [secret, isFormerValid ? former_secret : null].filter((each) => each !== null);
  const keys = sealed.map((each) => unseal(context, each, webhook.id));
  const scheme = readPlainJson<SignatureScheme>(signature);
  const header = [request.headers[scheme.header.toLowerCase()] ?? []].flat().at(0);
  if (isSigned(scheme, keys, { text, header, now: Math.floor(now / 1_000_000) })) return;
  throw refused("WEBHOOK_SIGNATURE_WRONG", `The signature in the header ${scheme.header} is missing, old or wrong.`);
}

async function keepEvents(context: Context, webhook: queries.WebhookRow, posted: Posted): Promise<readonly string[]> {
  try {
    const post = postOf(posted.request.headers, posted.request.query, posted.text);
    const made = eventsOf(context, webhook, post).map((event) => newEventOf(webhook, event, posted.now));
    await unit(context, (unit) => events.record(unit, made));
    return made.map(({ id }) => id);
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof TemplateFailed)) throw error;
    await unit(context, (unit) => events.recordNew(unit, [failedEvent(webhook, error.message, posted.now)]));
    const detail =
      error instanceof Unreadable
        ? `This makes no event: ${error.message}.`
        : "The template of this webhook makes no event of this. Its owner finds the reason in the event ostinato.webhook.failed.";
    throw refused("WEBHOOK_UNREADABLE", detail);
  }
}

function eventsOf(context: Context, { template }: queries.WebhookRow, post: Post): readonly MadeEvent[] {
  return template === null ? cloudEventsIn(post) : [madeBy(context, readJson<WebhookTemplate>(template), post)];
}

function newEventOf(webhook: queries.WebhookRow, made: MadeEvent, now: Timestamp): events.NewEvent {
  const { event, resource, related, payload, occurred, key } = made;
  const at = occurred === undefined || occurred === "" ? now : parseTimestamp(occurred);
  if (at === undefined) throw new TemplateFailed("The time of the event is not one of ISO 8601");
  const read = events.readEvent({
    id: key === undefined || key === "" ? timeOrderedId(now) : idOf(webhook.id, key),
    occurred: formatTimestamp(at),
    event,
    resource,
    related: [...related, { ...aboutOf(webhook), "prefect.resource.role": "webhook" }],
    payload,
    follows: null,
  });
  if (!read.ok) throw new TemplateFailed(inWords(read.problems));
  if (event === "") throw new TemplateFailed("The name of the event is empty");
  const size = events.problemOfSize(read.event);
  if (size !== undefined) throw new TemplateFailed(size.msg);
  return read.event;
}

function aboutOf({ id, name }: queries.WebhookRow) {
  return { "prefect.resource.id": `ostinato.webhook.${id}`, "prefect.resource.name": name };
}

function failedEvent(webhook: queries.WebhookRow, reason: string, now: Timestamp): events.NewEvent {
  const about = { id: timeOrderedId(now), occurred: now, resource: aboutOf(webhook), related: [], follows: null };
  return { ...about, event: "ostinato.webhook.failed", payload: { reason } };
}

/** The same id for the same key, so that a post that is sent again is one event. */
function idOf(webhookId: string, key: string): string {
  const digest = createHash("sha256").update(`${webhookId} ${key}`).digest("hex");
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
