import { blocks } from "ostinato";
import { connected } from "ostinato/integration";
import { SlackError } from "./slack-error.ts";
import { messageOf, type SlackMessage } from "./slack-message.ts";

/** The channel of a webhook. */
export interface SlackChannel {
  /** Rejects with a {@link SlackError} where Slack did not take it. */
  post(message: string | SlackMessage): Promise<void>;
}

interface Webhook {
  readonly url: string;
  /** False refuses addresses of private networks. */
  readonly allow_private_urls?: boolean;
}

/**
 * A webhook as automations use it: Prefect's own `SlackWebhook`. `SlackWebhook.load("team")` gives a {@link SlackChannel}.
 *
 * ```ts
 * import { SlackWebhook } from "@ostinato/slack";
 *
 * await SlackWebhook.save("team", { url: "https://hooks.slack.com/services/…" });
 * const team = await SlackWebhook.load("team");
 * await team.post("The model is *better*.");
 * ```
 */
export const SlackWebhook = connected(blocks.slackWebhook, slackChannel);

/** The same of Prefect's package `prefect-slack`, whose class is named `SlackWebhook` too. Automations use it as well. */
export const SlackIncomingWebhook = connected(blocks.slackIncomingWebhook, slackChannel);

/** The channel of a webhook without a block. */
export function slackChannel({ url, allow_private_urls }: Webhook): SlackChannel {
  return {
    async post(message) {
      const body = messageOf(message);
      const { NotSent, post } = await import("ostinato/messages");
      try {
        await post({ url, body, allowPrivateUrls: allow_private_urls });
      } catch (error) {
        if (!(error instanceof NotSent)) throw error;
        const { status_code: status, response_body: code } = error.details;
        if (typeof status !== "number") throw error;
        throw new SlackError("the message", String(code || status).trim(), { status, cause: error });
      }
    },
  };
}
