import { sharedBlock } from "./block.ts";
import { described, flag, none, text } from "./described-values.ts";
import { type EmailServer, messageBlocks } from "./message-blocks.ts";

/** Types that each server brings, for programs in TypeScript and in Python: `await blocks.secret.read("token")`. */
export const blocks = {
  /** One secret value: a text, or anything that JSON can hold. */
  secret: sharedBlock({
    type: "secret",
    schema: described<{ readonly value: unknown }>({ required: ["value"], properties: { value: {} } }),
    secrets: ["value"],
  }),

  /** An address that is called over HTTP. */
  webhook: sharedBlock({
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
  localFileSystem: sharedBlock({
    type: "local-file-system",
    schema: described<{ readonly basepath?: string | null }>({ properties: { basepath: { anyOf: [text, none] } } }),
  }),

  /** How a server for mail is reached and signed in to. */
  emailServer: sharedBlock({
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

  ...messageBlocks,
};

interface Webhook {
  readonly url: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly allow_private_urls?: boolean;
  readonly verify?: boolean;
}
