import { parseJson } from "@ostinato/core";
import type {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listEvents,
  listWebhooks,
  previewWebhook,
  readWebhook,
  rotateWebhook,
  WebhookCreate,
  WebhookUpdate,
} from "@ostinato/protocol";
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { EventList, WebhookList, WebhookTemplate } from "../api/types.ts";
import { apiBase } from "../base-path.ts";
import type { Sample } from "./presets.ts";
import type { WebhooksSearch } from "./webhooks-search.ts";

const pageSize = 50;

export const webhookListKey = ["webhooks", "list"] as const;

export function webhookListQuery({ q }: WebhooksSearch) {
  return infiniteQueryOptions({
    queryKey: [...webhookListKey, q],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listWebhooks>("POST /ui/webhooks/list", {
        body: { ...(q === undefined ? {} : { text: q }), limit: pageSize, offset: pageParam },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last: WebhookList, pages: readonly WebhookList[]) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

export function webhookQuery(id: string) {
  return queryOptions({
    queryKey: ["webhooks", "webhook", id],
    queryFn: ({ signal }) => call<typeof readWebhook>("GET /webhooks/{id}", { params: { id }, signal }),
  });
}

/** What was posted: the events that came of it, and those that tell why none came. */
export function postsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["webhooks", "posts", id],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listEvents>("POST /ui/events/list", {
        body: { asked: { resource: `ostinato.webhook.${id}` }, cursor: pageParam, limit: 20 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: EventList) => next,
  });
}

export function previewQuery(template: WebhookTemplate | null, { text, headers }: Sample) {
  return queryOptions({
    queryKey: ["webhooks", "preview", template, text, headers],
    queryFn: ({ signal }) =>
      call<typeof previewWebhook>("POST /webhooks/preview", {
        body: { template, text, headers: headersIn(headers) },
        signal,
      }),
    retry: false,
  });
}

function headersIn(lines: string): Record<string, string> {
  const named = lines.split("\n").flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
  });
  return Object.fromEntries(named);
}

export async function createFrom(body: WebhookCreate): Promise<{ readonly id: string; readonly address: string }> {
  const { webhook, address } = await call<typeof createWebhook>("POST /webhooks/", { body });
  return { id: webhook.id, address: reached(address) };
}

export function changeBy(id: string, body: WebhookUpdate) {
  return call<typeof changeWebhook>("PATCH /webhooks/{id}", { params: { id }, body });
}

export async function rotateBy(id: string, body: { grace_seconds: number; secret?: string }): Promise<string> {
  const { address } = await call<typeof rotateWebhook>("POST /webhooks/{id}/rotate", { params: { id }, body });
  return reached(address);
}

export function removeWebhook(id: string) {
  return call<typeof deleteWebhook>("DELETE /webhooks/{id}", { params: { id } });
}

/** The address as this page reaches the server, which may be behind a proxy. */
function reached(address: string): string {
  return `${apiBase}/hooks/${address.slice(address.lastIndexOf("/") + 1)}`;
}

/** The server tells an address once. It stays in this program until the page is loaded anew. */
export function addressQuery(id: string) {
  return queryOptions<string | null>({
    queryKey: ["webhook-address", id],
    queryFn: () => null,
    staleTime: Infinity,
    gcTime: Infinity,
  });
}

export function keepAddress(queryClient: QueryClient, id: string, address: string): void {
  queryClient.setQueryData(addressQuery(id).queryKey, address);
}

/** The template that a text of JSON is; undefined where it is none yet. */
export function templateIn(text: string): WebhookTemplate | undefined {
  try {
    const value: unknown = parseJson(text);
    if (typeof value === "string") return value;
    if (typeof value !== "object" || value === null || !("event" in value) || !("resource" in value)) return undefined;
    const { event, resource } = value;
    const isWritten = typeof event === "string" && typeof resource === "object" && resource !== null;
    return isWritten ? (value as WebhookTemplate) : undefined;
  } catch {
    return undefined;
  }
}
