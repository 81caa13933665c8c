import { discord, mattermost, slack, slackIncoming, teams } from "./chat.ts";
import { customWebhook } from "./custom-webhook.ts";
import { type Delivered, deliver } from "./deliver.ts";
import type { HttpCall } from "./http-call.ts";
import { opsgenie, pagerDuty } from "./incidents.ts";
import { sendEmail } from "./mail/email.ts";
import { mailTimeouts } from "./mail/send-mail.ts";
import { type Message, type MessageBlock, NotSent } from "./message.ts";
import type { IsReachable } from "./reachable.ts";
import type { MakeRequests } from "./requests.ts";
import { sendgrid } from "./sendgrid.ts";
import { twilio } from "./twilio.ts";

/** The requests of services that are reached over HTTP, by the type of the block. */
const requests: Readonly<Record<string, MakeRequests>> = {
  "slack-webhook": slack,
  "slack-incoming-webhook": slackIncoming,
  "mattermost-webhook": mattermost,
  "discord-webhook": discord,
  "ms-teams-webhook": teams,
  "custom-webhook": customWebhook,
  "pager-duty-webhook": pagerDuty,
  "opsgenie-webhook": opsgenie,
  "twilio-sms": twilio,
  "sendgrid-email": sendgrid,
};

/** The types of blocks that send messages. */
export const messageTypes: readonly string[] = ["email", ...Object.keys(requests)];

/** What to take in place of blocks that only sign in. */
const hints: Readonly<Record<string, string>> = {
  "email-server-credentials": 'it says no recipients. Make a block of the type "email" with it as its server',
  "slack-credentials": 'it says no channel. Make a block of the type "slack-incoming-webhook"',
};

export interface SendOptions {
  /** Whether an address may be called; every one unless given. */
  readonly isReachable?: IsReachable;
  /** Recipients that have the message from attempts before, as `NotSent` told them. */
  readonly delivered?: readonly string[];
}

/** Sends the message by the block, and gives what its service answered. Throws `NotSent` where somebody did not get it. */
export async function sendMessage(
  { type, data }: MessageBlock,
  message: Message,
  { isReachable = () => true, delivered = [] }: SendOptions = {},
): Promise<Delivered> {
  const sending = { isReachable, delivered };
  if (type === "email") return sendEmail(data, message, { ...sending, timeouts: mailTimeouts });
  return deliver(requestsOf({ type, data }, message), { id: message.id, ...sending });
}

/** The requests that send the message, by a block whose service is reached over HTTP. */
export function requestsOf({ type, data }: MessageBlock, message: Message): readonly HttpCall[] {
  const make = requests[type];
  if (make !== undefined) return make(data, message);
  const hint = hints[type] ?? `it knows ${messageTypes.join(", ")}`;
  throw new NotSent(`No message can be sent by a block of the type "${type}": ${hint}`);
}
