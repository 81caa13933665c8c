import { definePage } from "../define-page.ts";
import { postsQuery, webhookListQuery, webhookQuery } from "./webhooks.queries.ts";
import { readNewWebhookSearch, readWebhooksSearch } from "./webhooks-search.ts";

export const webhooksPage = definePage({
  path: "/webhooks",
  search: readWebhooksSearch,
  questions: ({ search }) => [webhookListQuery(search)],
  topic: () => ({ kind: "webhooks" }),
  nav: { label: "Webhooks", icon: "webhooks", shortcut: "h" },
  load: () => import("./webhooks-page.tsx").then((module) => module.WebhooksPage),
});

export const newWebhookPage = definePage({
  path: "/webhooks/new",
  within: "/webhooks",
  search: readNewWebhookSearch,
  questions: () => [],
  load: () => import("./new-webhook-page.tsx").then((module) => module.NewWebhookPage),
});

export const webhookPage = definePage({
  path: "/webhooks/webhook/$id",
  within: "/webhooks",
  questions: ({ params }) => [webhookQuery(params.id), postsQuery(params.id)],
  topic: () => ({ kind: "webhooks" }),
  hits: { kind: "webhook", label: "Webhooks", icon: "webhooks" },
  load: () => import("./webhook-page.tsx").then((module) => module.WebhookPage),
});

export const editWebhookPage = definePage({
  path: "/webhooks/webhook/$id/edit",
  within: "/webhooks",
  questions: ({ params }) => [webhookQuery(params.id), postsQuery(params.id)],
  load: () => import("./edit-webhook-page.tsx").then((module) => module.EditWebhookPage),
});
