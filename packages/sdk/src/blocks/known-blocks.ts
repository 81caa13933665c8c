import type { TUnsafe } from "typebox";
import { knownBlock } from "./block.ts";

const text = { type: "string" };
const flag = { type: "boolean" };
const none = { type: "null" };

/** Types that each server brings, for programs in TypeScript and in Python: `await blocks.secret.read("token")`. */
export const blocks = {
  /** One secret value: a text, or anything that JSON can hold. */
  secret: knownBlock({
    type: "secret",
    schema: described<{ readonly value: unknown }>({ required: ["value"], properties: { value: {} } }),
    secrets: ["value"],
  }),

  /** An address that is called over HTTP. */
  webhook: knownBlock({
    type: "webhook",
    schema: described<Webhook>({
      required: ["url"],
      properties: {
        url: text,
        method: { enum: ["GET", "POST", "PUT", "PATCH", "DELETE"] },
        headers: { type: "object", additionalProperties: text },
        allow_private_urls: flag,
        verify: flag,
      },
    }),
    secrets: ["url", "headers.*"],
  }),

  /** A folder of the machine where a run works. */
  localFileSystem: knownBlock({
    type: "local-file-system",
    schema: described<{ readonly basepath?: string | null }>({ properties: { basepath: { anyOf: [text, none] } } }),
  }),

  /** A channel of Slack that messages go to. */
  slackWebhook: knownBlock({
    type: "slack-webhook",
    schema: described<{ readonly url: string; readonly notify_type?: string; readonly allow_private_urls?: boolean }>({
      required: ["url"],
      properties: { url: text, notify_type: text, allow_private_urls: flag },
    }),
    secrets: ["url"],
  }),

  /** How a server for mail is reached and signed in to. */
  emailServer: knownBlock({
    type: "email-server-credentials",
    schema: described<EmailServer>({
      properties: {
        username: { anyOf: [text, none] },
        password: { anyOf: [text, none] },
        smtp_server: text,
        smtp_type: { anyOf: [text, { type: "integer" }] },
        smtp_port: { anyOf: [{ type: "integer" }, none] },
        verify: { anyOf: [flag, none] },
      },
    }),
    secrets: ["password"],
  }),
};

/** A JSON Schema as TypeBox has them, without loading TypeBox. */
function described<Values>(schema: object): TUnsafe<Values> {
  return { type: "object", ...schema } as unknown as TUnsafe<Values>;
}

interface Webhook {
  readonly url: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly allow_private_urls?: boolean;
  readonly verify?: boolean;
}

interface EmailServer {
  readonly username?: string | null;
  readonly password?: string | null;
  readonly smtp_server?: string;
  /** SSL, STARTTLS or INSECURE, or the usual port of one of them. */
  readonly smtp_type?: string | number;
  readonly smtp_port?: number | null;
  readonly verify?: boolean | null;
}
