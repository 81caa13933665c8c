import { type Timestamp, timeOrderedId } from "@ostinato/core";
import { type WebhookTemplate, webhookFailed, webhookLimits } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { Overloaded, refused } from "../kernel/errors.ts";
import type { Incoming } from "../kernel/incoming.ts";
import { unit } from "../kernel/unit.ts";
import { unseal } from "../secrets/secrets.service.ts";
import { digestOf } from "./addresses.rules.ts";
import { postOf } from "./posts.rules.ts";
import { isSigned, type SignatureScheme } from "./signatures.rules.ts";
import { eventsOf, reasonOf } from "./webhook-events.service.ts";
import * as queries from "./webhooks.queries.ts";

/** Turns posts into events. */
export interface Receiver {
  /** The ids of the events. */
  receive(context: Context, address: string, request: Incoming): Promise<readonly string[]>;
}

export function createReceiver(): Receiver {
  const rates = new Map<string, Level>();
  const told = new Map<string, number>();
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
      const isSigned = hasSignature(context, webhook, { request, text, now });
      if (!isSigned) {
        const reason = wrongSignature(webhook);
        const elapsed = context.clock.elapsed();
        // Whoever knows the address and not the key can't fill the log of events.
        if (elapsed - (told.get(webhook.id) ?? -Infinity) >= secondsBetweenTold) {
          told.set(webhook.id, elapsed);
          await tellFailure(context, webhook, { reason, now });
        }
        throw refused("WEBHOOK_SIGNATURE_WRONG", `${reason}.`);
      }
      return keepEvents(context, webhook, { request, text, now });
    },
  };
}

/** A wrong signature is told to the owner at most so often. */
const secondsBetweenTold = 10;

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

function hasSignature(context: Context, webhook: queries.WebhookRow, { request, text, now }: Posted): boolean {
  const { signature, secret, former_secret, former_until } = webhook;
  if (signature === null) return true;
  const isFormerValid = former_until !== null && former_until > now;
  const sealed = [secret, isFormerValid ? former_secret : null].filter((each) => each !== null);
  const keys = sealed.map((each) => unseal(context, each, webhook.id));
  const scheme = readPlainJson<SignatureScheme>(signature);
  const header = [request.headers[scheme.header.toLowerCase()] ?? []].flat().at(0);
  return isSigned(scheme, keys, { text, header, now: Math.floor(now / 1_000_000) });
}

function wrongSignature({ signature }: queries.WebhookRow): string {
  const { header } = readPlainJson<SignatureScheme>(signature ?? "{}");
  return `The signature in the header ${header} is missing, old or wrong`;
}

async function keepEvents(context: Context, webhook: queries.WebhookRow, posted: Posted): Promise<readonly string[]> {
  const { now } = posted;
  const template = webhook.template === null ? null : readJson<WebhookTemplate>(webhook.template);
  try {
    const post = postOf(posted.request.headers, posted.request.query, posted.text);
    const made = eventsOf(context, { template, post, now, by: aboutOf(webhook) });
    await unit(context, async (unit) => {
      await events.record(unit, made);
      unit.changed("webhook", [webhook]);
    });
    return made.map(({ id }) => id);
  } catch (error) {
    const { reason, isForSender } = reasonOf(error);
    await tellFailure(context, webhook, { reason, now, text: posted.text.slice(0, maxToldCharacters) });
    const detail = isForSender
      ? `This makes no event: ${reason}.`
      : "The template of this webhook makes no event of this. Its owner finds the reason in the event ostinato.webhook.failed.";
    throw refused("WEBHOOK_UNREADABLE", detail);
  }
}

function aboutOf({ id, name }: queries.WebhookRow) {
  return { "prefect.resource.id": `ostinato.webhook.${id}`, "prefect.resource.name": name };
}

/** So much of a post that made no event is kept for the owner of the webhook, who mends the template by it. */
const maxToldCharacters = 4000;

interface FailedPost {
  readonly reason: string;
  readonly text?: string;
  readonly now: Timestamp;
}

function tellFailure(context: Context, webhook: queries.WebhookRow, { now, ...payload }: FailedPost): Promise<void> {
  const about = { id: timeOrderedId(now), occurred: now, resource: aboutOf(webhook), related: [], follows: null };
  return unit(context, async (unit) => {
    await events.recordNew(unit, [{ ...about, event: webhookFailed, payload }]);
    unit.changed("webhook", [webhook]);
  });
}
