import type { Static } from "typebox";
import { route } from "./route.ts";
import {
  ById,
  Enum,
  JsonObject,
  Limit,
  Maybe,
  Moment,
  None,
  Nullable,
  Offset,
  Open,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

/** Bounds on webhooks. A burst of posts is taken, and then as many in a second as the rate says. */
export const webhookLimits = { bodyBytes: 1_048_576, burst: 200, perSecond: 20, graceSeconds: 3600 } as const;

/** The event that tells the owner of a webhook why a post made no event. */
export const webhookFailed = "ostinato.webhook.failed";

const Text = Type.String({ maxLength: 100_000 });
const TemplateResource = Type.Record(Type.String({ maxLength: 1024 }), Text, { maxProperties: 100 });

/**
 * The event that a post becomes. Strings are templates of Jinja that know `method`, `headers`, `query`, `body` (the JSON, or the text), `form` and
 * `text`. A template that is one string gives the whole event as JSON.
 */
export const WebhookTemplate = Type.Union([
  Text,
  Strict({
    event: Text,
    resource: TemplateResource,
    related: Type.Optional(Type.Array(TemplateResource, { maxItems: 100 })),
    /** Left out, the payload is the body. */
    payload: Type.Optional(JsonObject),
    /** When it occurred; the time of the post where it is left out. */
    occurred: Type.Optional(Text),
    /** What is the same for a post that is sent again, such as the id of a delivery: it is then one event. */
    id: Type.Optional(Text),
  }),
]);
export type WebhookTemplate = Static<typeof WebhookTemplate>;

export const signatureAlgorithms = ["sha1", "sha256", "sha512"] as const;

/** How posts are signed: with an HMAC of the body, keyed with `secret`. */
export const WebhookSignature = Strict({
  /** The header with the signature, such as `x-hub-signature-256`. */
  header: Type.String({ minLength: 1, maxLength: 200 }),
  algorithm: Type.Optional(Enum(signatureAlgorithms)),
  encoding: Type.Optional(Enum(["hex", "base64"] as const)),
  /** What stands before the signature, such as `sha256=`. */
  prefix: Type.Optional(Type.String({ maxLength: 100 })),
  /**
   * `plain` signs the body. `timestamped` has a header such as `t=1700000000,v1=<signature>`, signs `<t>.<body>`, and refuses what is older than
   * `tolerance_seconds`.
   */
  scheme: Type.Optional(Enum(["plain", "timestamped"] as const)),
  tolerance_seconds: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 })),
  /** The key. Answers show `********`. */
  secret: Type.String({ minLength: 1, maxLength: 1000 }),
});
export type WebhookSignature = Static<typeof WebhookSignature>;

const Name = Type.String({ minLength: 1, maxLength: 200 });
const fields = {
  description: Maybe(Type.String({ maxLength: 10_000 })),
  enabled: Type.Optional(Type.Boolean()),
  /** Null: it takes CloudEvents. */
  template: Maybe(WebhookTemplate),
  signature: Maybe(WebhookSignature),
};

export const WebhookCreate = Strict({ name: Name, ...fields });
export type WebhookCreate = Static<typeof WebhookCreate>;

/** Writes only the fields that are present. */
export const WebhookUpdate = Strict({ name: Type.Optional(Name), ...fields });
export type WebhookUpdate = Static<typeof WebhookUpdate>;

export const Webhook = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  template: Nullable(WebhookTemplate),
  signature: Nullable(WebhookSignature),
  /** Until when the address before the last rotation is valid; null where there is none. */
  former_until: Nullable(Moment),
});
export type Webhook = Static<typeof Webhook>;

/** The address has a secret in it, and is told this once. */
const WithAddress = Open({ webhook: Webhook, address: Type.String() });

const tag = "Webhooks";

/** An event as a post would make it: it has no id yet, and when it occurs is told only where the post says so. */
const MadeEvent = Open({
  event: Type.String(),
  resource: Type.Record(Type.String(), Type.String()),
  related: Type.Array(Type.Record(Type.String(), Type.String())),
  payload: JsonObject,
  occurred: Nullable(Moment),
});
export type MadeEvent = Static<typeof MadeEvent>;

export const createWebhook = route({
  method: "POST",
  path: "/webhooks/",
  access: "run",
  summary: "Create a webhook: an address that turns what is posted to it into events",
  tag,
  body: WebhookCreate,
  hasSecrets: true,
  replies: { 201: WithAddress },
});

export const previewWebhook = route({
  method: "POST",
  path: "/webhooks/preview",
  access: "run",
  summary: "Show which events a template makes of a post, without keeping them",
  tag,
  body: Strict({
    /** Null: what is posted is taken for a CloudEvent. */
    template: Maybe(WebhookTemplate),
    /** What is posted, as text. */
    text: Type.String({ maxLength: webhookLimits.bodyBytes }),
    headers: Maybe(
      Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 10_000 }), { maxProperties: 100 }),
    ),
    query: Maybe(
      Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 10_000 }), { maxProperties: 100 }),
    ),
  }),
  hasSecrets: true,
  replies: {
    200: Open({
      events: Type.Array(MadeEvent),
      /** Why the post makes no event; null where it makes some. */
      problem: Nullable(Type.String()),
    }),
  },
});

export const filterWebhooks = route({
  method: "POST",
  path: "/webhooks/filter",
  access: "read",
  summary: "List webhooks by name",
  tag,
  body: Open({ name: Maybe(Type.String()), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(Webhook) },
});

export const readWebhook = route({
  method: "GET",
  path: "/webhooks/{id}",
  access: "read",
  summary: "Read a webhook, without its secrets",
  tag,
  params: ById,
  replies: { 200: Webhook },
});

export const changeWebhook = route({
  method: "PATCH",
  path: "/webhooks/{id}",
  access: "run",
  summary: "Change, pause or resume a webhook",
  tag,
  params: ById,
  body: WebhookUpdate,
  hasSecrets: true,
  replies: { 200: Webhook },
});

export const rotateWebhook = route({
  method: "POST",
  path: "/webhooks/{id}/rotate",
  access: "run",
  summary: "Give a webhook a new address; the one before stays valid for a time",
  tag,
  params: ById,
  body: Strict({
    grace_seconds: Maybe(Type.Number({ minimum: 0, maximum: 7 * 86_400 })),
    /** A new key of the signature. The one before stays valid as long. */
    secret: Maybe(Type.String({ minLength: 1, maxLength: 1000 })),
  }),
  bodyOptional: true,
  hasSecrets: true,
  replies: { 200: WithAddress },
});

export const deleteWebhook = route({
  method: "DELETE",
  path: "/webhooks/{id}",
  access: "run",
  summary: "Delete a webhook",
  tag,
  params: ById,
  replies: { 204: None },
});

/** What is posted may be of any type; it is read as text. */
export const receivePost = route({
  method: "POST",
  path: "/hooks/{address}",
  access: "public",
  summary: "Post to a webhook",
  tag,
  params: Open({ address: Type.String({ maxLength: 200 }) }),
  body: Type.Unknown(),
  bodyOptional: true,
  bodyLimit: webhookLimits.bodyBytes,
  hasSecrets: true,
  replies: {
    202: Open({
      /** The ids of the events; a batch of CloudEvents makes several. */
      ids: Type.Array(Uuid),
    }),
  },
});
