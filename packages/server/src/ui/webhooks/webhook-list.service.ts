import {
  type BodyOf,
  type Event,
  type listWebhooks,
  type PostMark,
  type ReplyOf,
  webhookFailed,
} from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import * as webhooks from "../../webhooks/webhooks.service.ts";
import * as events from "../events/event-list.service.ts";

const maxMarks = 12;

export async function list(context: Context, body: BodyOf<typeof listWebhooks>): Promise<ReplyOf<typeof listWebhooks>> {
  const { text, limit, offset } = body ?? {};
  const wanted = { text: text?.trim() || undefined, limit: limit ?? 50, offset: offset ?? 0 };
  const { rows, count } = await webhooks.search(context, wanted);
  const results = rows.map(async (webhook) => ({ webhook, posts: await latestPosts(context, webhook.id) }));
  return { results: await Promise.all(results), count };
}

/** Each post is an event that names the webhook, or one that tells of its failure. */
async function latestPosts(context: Context, id: string): Promise<PostMark[]> {
  const asked = { resource: `ostinato.webhook.${id}` };
  const { events: told } = await events.list(context, { asked, limit: maxMarks });
  return told.map(markOf);
}

function markOf({ id, occurred, event, payload }: Event): PostMark {
  return { id, occurred, event, reason: event === webhookFailed ? String(payload.reason) : null };
}
