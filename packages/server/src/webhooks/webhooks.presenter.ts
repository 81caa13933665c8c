import { formatTimestamp } from "@ostinato/core";
import type { Webhook, WebhookSignature } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import type { WebhookRow } from "./webhooks.queries.ts";

const hidden = "********";

export function webhookOf(row: WebhookRow): Webhook {
  const { former_until, signature } = row;
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    description: row.description,
    enabled: row.enabled === 1,
    template: row.template === null ? null : readJson(row.template),
    signature: signature === null ? null : { ...readPlainJson<WebhookSignature>(signature), secret: hidden },
    former_until: former_until === null ? null : formatTimestamp(former_until),
  };
}
