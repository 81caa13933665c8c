import { randomUUID } from "node:crypto";
import { reachable, sendMessage } from "@ostinato/messages";
import type { Api } from "../session/roles.ts";
import type { NamedBlock, Notification } from "./block-options.ts";
import { blockValues } from "./keeping.ts";

/** Sends the message by the block. A program may reach whatever its machine does, unless the block forbids private networks. */
export async function notifyBy(api: Api, block: NamedBlock, notification: Notification | string): Promise<void> {
  const { subject = "", body } = typeof notification === "string" ? { body: notification } : notification;
  const data = await blockValues(api, block);
  const options = data.allow_private_urls === false ? { isReachable: reachable([]) } : {};
  await sendMessage({ type: block.type, data }, { id: randomUUID(), subject, body }, options);
}
