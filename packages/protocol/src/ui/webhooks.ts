import type { Static } from "typebox";
import { route } from "../route.ts";
import { Maybe, Moment, Nullable, Offset, Open, Type, Uuid } from "../schema.ts";
import { Webhook } from "../webhooks.ts";
import { pagesTag } from "./tag.ts";

/** What became of a post. */
const PostMark = Open({
  /** The id of the event that it made, or of the one that tells why it made none. */
  id: Uuid,
  occurred: Moment,
  event: Type.String(),
  /** Why it made no event; null where it made one. */
  reason: Nullable(Type.String()),
});
export type PostMark = Static<typeof PostMark>;

export const WebhookRow = Open({
  webhook: Webhook,
  /** The latest posts, the latest first. At most 12. */
  posts: Type.Array(PostMark),
});
export type WebhookRow = Static<typeof WebhookRow>;

export const listWebhooks = route({
  method: "POST",
  path: "/ui/webhooks/list",
  access: "read",
  summary: "Webhooks by name, with what became of their latest posts",
  tag: pagesTag,
  body: Open({
    /** A part of the name. */
    text: Maybe(Type.String({ maxLength: 200 })),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 100 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(WebhookRow), count: Type.Integer() }) },
});
