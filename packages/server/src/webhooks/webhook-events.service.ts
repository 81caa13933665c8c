import { createHash } from "node:crypto";
import { formatTimestamp, parseTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Resource, WebhookTemplate } from "@ostinato/protocol";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { inWords } from "../kernel/errors.ts";
import { cloudEventsIn } from "./cloud-events.rules.ts";
import { madeBy, TemplateFailed } from "./making.service.ts";
import { type MadeEvent, type Post, Unreadable } from "./posts.rules.ts";

/** A post to a webhook. */
export interface Received {
  readonly template: WebhookTemplate | null;
  readonly post: Post;
  readonly now: Timestamp;
  /** The webhook as a resource that each event names. Undefined where a template is tried before there is a webhook. */
  readonly by?: Resource | undefined;
}

/** The events that a post becomes. Throws what `reasonOf` knows. */
export function eventsOf(context: Context, received: Received): readonly events.NewEvent[] {
  const { template, post } = received;
  const made = template === null ? cloudEventsIn(post) : [madeBy(context, template, post)];
  return made.map((event) => newEventOf(event, received));
}

/** Why a post makes no event. Throws errors that are about something else. */
export function reasonOf(error: unknown): { readonly reason: string; readonly isForSender: boolean } {
  if (error instanceof Unreadable) return { reason: error.message, isForSender: true };
  if (error instanceof TemplateFailed) return { reason: error.message, isForSender: false };
  throw error;
}

function newEventOf(made: MadeEvent, { now, by }: Received): events.NewEvent {
  const { event, resource, related, payload, occurred, key } = made;
  const at = occurred === undefined || occurred === "" ? now : parseTimestamp(occurred);
  if (at === undefined) throw new TemplateFailed("The time of the event is not one of ISO 8601");
  const read = events.readEvent({
    id: key === undefined || key === "" ? timeOrderedId(now) : idOf(by?.["prefect.resource.id"] ?? "", key),
    occurred: formatTimestamp(at),
    event,
    resource,
    related: by === undefined ? related : [...related, { ...by, "prefect.resource.role": "webhook" }],
    payload,
    follows: null,
  });
  if (!read.ok) throw new TemplateFailed(inWords(read.problems));
  if (event === "") throw new TemplateFailed("The name of the event is empty");
  const size = events.problemOfSize(read.event);
  if (size !== undefined) throw new TemplateFailed(size.msg);
  return read.event;
}

/** The same id for the same key of a webhook, so that a post that is sent again is one event. */
function idOf(webhook: string, key: string): string {
  const digest = createHash("sha256").update(`${webhook} ${key}`).digest("hex");
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
