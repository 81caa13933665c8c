export { type Slack, type SlackOptions, type SlackPost, type SlackUpload, slack } from "./slack.ts";
export { type SlackChannel, SlackIncomingWebhook, SlackWebhook, slackChannel } from "./slack-channel.ts";
export { SlackCredentials, type SlackCredentialsValues } from "./slack-credentials.ts";
export { SlackError } from "./slack-error.ts";
export type { PostedMessage, SlackMessage } from "./slack-message.ts";
