import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  filterWebhooks,
  previewWebhook,
  readWebhook,
  receivePost,
  rotateWebhook,
} from "@ostinato/protocol";
import type { Config } from "../kernel/config.ts";
import { type Incoming, inProcessHost } from "../kernel/incoming.ts";
import type { Serve } from "../kernel/operation.ts";
import { createReceiver } from "./receiving.service.ts";
import * as webhooks from "./webhooks.service.ts";

export function webhookRoutes(serve: Serve): void {
  serve(createWebhook, async ({ body, context, request }) =>
    withAddress(await webhooks.create(context, body), { request, config: context.config }),
  );
  serve(previewWebhook, ({ body, context }) => webhooks.preview(context, body));
  serve(filterWebhooks, ({ body, context }) => webhooks.filter(context, body));
  serve(readWebhook, ({ params, context }) => webhooks.read(context, params.id));
  serve(changeWebhook, ({ params, body, context }) => webhooks.change(context, params.id, body));
  serve(rotateWebhook, async ({ params, body, context, request }) =>
    withAddress(await webhooks.rotate(context, params.id, body), { request, config: context.config }),
  );
  serve(deleteWebhook, async ({ params, context }) => {
    await webhooks.remove(context, params.id);
    return null;
  });
}

/** Where posts come in. Their bodies are read as text, whatever their type is. */
export function hookRoutes(serve: Serve): void {
  const receiver = createReceiver();
  serve(receivePost, async ({ params, context, request }) => ({
    ids: [...(await receiver.receive(context, params.address, request))],
  }));
}

interface Asked {
  readonly request: Incoming;
  readonly config: Config;
}

/** The address as whoever posts reaches it: by the name that this request came by, or below the server's where it came by none. */
function withAddress({ webhook, address }: webhooks.Addressed, { request, config }: Asked) {
  const { protocol, host } = request;
  const origin = host === inProcessHost ? "" : `${protocol}://${host}`;
  return { webhook, address: `${origin}${config.basePath}api/hooks/${address}` };
}
