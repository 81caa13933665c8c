import { described, sharedBlock } from "ostinato/integration";
import { slack } from "./slack.ts";

export interface SlackCredentialsValues {
  /** Of the app's bot: `xoxb-…`. */
  readonly token: string;
}

/**
 * The token of an app: Prefect's `SlackCredentials`. `SlackCredentials.load("bot")` gives a {@link Slack}.
 *
 * ```ts
 * import { SlackCredentials } from "@ostinato/slack";
 *
 * await SlackCredentials.save("bot", { token: "xoxb-…" });
 * const bot = await SlackCredentials.load("bot");
 * const posted = await bot.post({ channel: "#models", text: "Trained" });
 * await bot.upload({ channel: posted.channel, thread: posted, file: "report.pdf" });
 * ```
 */
export const SlackCredentials = sharedBlock(
  {
    type: "slack-credentials",
    name: "Slack Credentials",
    description: "The token of an app of Slack.",
    schema: described<SlackCredentialsValues>({
      title: "SlackCredentials",
      required: ["token"],
      properties: { token: { type: "string", format: "password", writeOnly: true, title: "Token" } },
    }),
    secrets: ["token"],
  },
  slack,
);
