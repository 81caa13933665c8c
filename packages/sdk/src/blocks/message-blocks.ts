import type { ParameterSchema, ParametersOut } from "../inputs/parameters.ts";
import { session } from "../session/session.ts";
import { sharedBlock } from "./block.ts";
import type { Block, BlockOptions, Notification } from "./block-options.ts";
import { described, flag, text, textOrNone, texts, textsByName, textsOrNone } from "./described-values.ts";

/** A block that sends messages to people. */
export interface MessageBlock<S extends ParameterSchema> extends Block<S, ParametersOut<S>> {
  /** Sends the message from this program, by the block with this name. Rejects where somebody did not get it, and says who and why. */
  notify(name: string, notification: Notification | string): Promise<void>;
}

/** The mail server of a block of the type `email`. */
export interface EmailServer {
  readonly username?: string | null;
  readonly password?: string | null;
  readonly smtp_server?: string;
  /** SSL, STARTTLS or INSECURE, or the usual port of one of them. */
  readonly smtp_type?: string | number;
  readonly smtp_port?: number | null;
  /** Whether the certificate of the server is checked; true unless given. */
  readonly verify?: boolean | null;
}

export interface Email {
  readonly server: EmailServer;
  /** `me@example.com` or `Name <me@example.com>`. */
  readonly to: readonly string[];
  /** The user of the server unless given. */
  readonly sender?: string | null;
}

export interface SlackWebhook {
  readonly url: string;
  readonly notify_type?: string;
  readonly allow_private_urls?: boolean;
}

export interface TeamsWebhook extends SlackWebhook {
  readonly include_image?: boolean;
  readonly wrap?: boolean;
}

export interface MattermostWebhook {
  readonly hostname: string;
  readonly token: string;
  readonly secure?: boolean;
  readonly port?: number;
  readonly path?: string | null;
  readonly botname?: string | null;
  readonly channels?: readonly string[] | null;
}

export interface DiscordWebhook {
  readonly webhook_id: string;
  readonly webhook_token: string;
  readonly botname?: string | null;
}

export interface PagerDuty {
  readonly integration_key: string;
  readonly api_key: string;
  readonly notify_type?: string;
  readonly source?: string | null;
  readonly component?: string;
  readonly group?: string | null;
  readonly class_id?: string | null;
  readonly region_name?: "us" | "eu";
  readonly clickable_url?: string | null;
  readonly custom_details?: Readonly<Record<string, string>> | null;
}

export interface Opsgenie {
  readonly apikey: string;
  readonly target_user?: readonly string[] | null;
  readonly target_team?: readonly string[] | null;
  readonly target_schedule?: readonly string[] | null;
  readonly target_escalation?: readonly string[] | null;
  readonly region_name?: "us" | "eu";
  readonly batch?: boolean;
  readonly tags?: readonly string[] | null;
  /** From 1, the highest, to 5. */
  readonly priority?: number | null;
  readonly alias?: string | null;
  readonly entity?: string | null;
  readonly details?: Readonly<Record<string, string>> | null;
}

export interface Twilio {
  readonly account_sid: string;
  readonly auth_token: string;
  readonly from_phone_number: string;
  readonly to_phone_numbers: readonly string[];
}

export interface Sendgrid {
  readonly api_key: string;
  readonly sender_email: string;
  readonly to_emails: readonly string[];
}

const integer = { type: "integer" };
const region = { enum: ["us", "eu"] };

export const messageBlocks = {
  /** Mail by a mail server. */
  email: messageBlock({
    type: "email",
    schema: described<Email>({
      required: ["server", "to"],
      properties: { server: { type: "object" }, to: texts, sender: textOrNone },
    }),
    secrets: ["server.password"],
  }),

  /** A channel of Slack. */
  slackWebhook: messageBlock({
    type: "slack-webhook",
    schema: described<SlackWebhook>({
      required: ["url"],
      properties: { url: text, notify_type: text, allow_private_urls: flag },
    }),
    secrets: ["url"],
  }),

  /** A channel of Slack, as the block of Python's package `prefect-slack`. */
  slackIncomingWebhook: messageBlock({
    type: "slack-incoming-webhook",
    schema: described<{ readonly url: string }>({ required: ["url"], properties: { url: text } }),
    secrets: ["url"],
  }),

  /** A channel of Microsoft Teams. */
  teamsWebhook: messageBlock({
    type: "ms-teams-webhook",
    schema: described<TeamsWebhook>({
      required: ["url"],
      properties: { url: text, notify_type: text, allow_private_urls: flag, include_image: flag, wrap: flag },
    }),
    secrets: ["url"],
  }),

  /** Channels of Mattermost. */
  mattermostWebhook: messageBlock({
    type: "mattermost-webhook",
    schema: described<MattermostWebhook>({
      required: ["hostname", "token"],
      properties: {
        hostname: text,
        token: text,
        secure: flag,
        port: integer,
        path: textOrNone,
        botname: textOrNone,
        channels: textsOrNone,
      },
    }),
    secrets: ["token"],
  }),

  /** A channel of Discord. */
  discordWebhook: messageBlock({
    type: "discord-webhook",
    schema: described<DiscordWebhook>({
      required: ["webhook_id", "webhook_token"],
      properties: { webhook_id: text, webhook_token: text, botname: textOrNone },
    }),
    secrets: ["webhook_id", "webhook_token"],
  }),

  /** Events of PagerDuty. */
  pagerDutyWebhook: messageBlock({
    type: "pager-duty-webhook",
    schema: described<PagerDuty>({
      required: ["integration_key", "api_key"],
      properties: {
        integration_key: text,
        api_key: text,
        notify_type: text,
        source: textOrNone,
        component: text,
        group: textOrNone,
        class_id: textOrNone,
        region_name: region,
        clickable_url: textOrNone,
        custom_details: textsByName,
      },
    }),
    secrets: ["integration_key", "api_key"],
  }),

  /** Alerts of Opsgenie. */
  opsgenieWebhook: messageBlock({
    type: "opsgenie-webhook",
    schema: described<Opsgenie>({
      required: ["apikey"],
      properties: {
        apikey: text,
        target_user: textsOrNone,
        target_team: textsOrNone,
        target_schedule: textsOrNone,
        target_escalation: textsOrNone,
        region_name: region,
        batch: flag,
        tags: textsOrNone,
        priority: { anyOf: [integer, { type: "null" }] },
        alias: textOrNone,
        entity: textOrNone,
        details: textsByName,
      },
    }),
    secrets: ["apikey"],
  }),

  /** Text messages to phones. */
  twilioSms: messageBlock({
    type: "twilio-sms",
    schema: described<Twilio>({
      required: ["account_sid", "auth_token", "from_phone_number", "to_phone_numbers"],
      properties: { account_sid: text, auth_token: text, from_phone_number: text, to_phone_numbers: texts },
    }),
    secrets: ["auth_token"],
  }),

  /** Mail by SendGrid. */
  sendgridEmail: messageBlock({
    type: "sendgrid-email",
    schema: described<Sendgrid>({
      required: ["api_key", "sender_email", "to_emails"],
      properties: { api_key: text, sender_email: text, to_emails: texts },
    }),
    secrets: ["api_key"],
  }),
};

function messageBlock<S extends ParameterSchema>(options: BlockOptions<S>): MessageBlock<S> {
  const block = sharedBlock(options);
  return Object.assign(block, {
    async notify(name: string, notification: Notification | string) {
      const [{ notifyBy }, opened] = await Promise.all([import("./notifying.ts"), session()]);
      await notifyBy(opened, { type: block.type, name }, notification);
    },
  });
}
