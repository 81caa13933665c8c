import type { Webhook } from "../api/types.ts";

/** The event that a webhook makes, in short: its template, or that it takes CloudEvents. */
export function takes({ template }: Webhook): string {
  if (template === null) return "CloudEvents";
  return typeof template === "string" ? template : template.event;
}

/** How a webhook knows who posts. */
export function signedBy({ signature }: Webhook): string {
  return signature === null ? "not signed" : signature.header;
}
