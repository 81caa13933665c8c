/** A message in Slack's words. */
export interface SlackMessage {
  /** In Slack's markup, `*bold*` and `<https://example.com|a link>`. With blocks it is what notifications show. */
  readonly text?: string;
  /** https://docs.slack.dev/block-kit */
  readonly blocks?: readonly object[];
  readonly attachments?: readonly object[];
}

/** Where a message stands, to answer it or to change it. */
export interface PostedMessage {
  /** The id of the channel. */
  readonly channel: string;
  readonly ts: string;
}

/** Slack refuses an empty one in a way that says nothing. */
export function messageOf(given: string | SlackMessage): SlackMessage {
  const message = typeof given === "string" ? { text: given } : given;
  const { text, blocks = [], attachments = [] } = message;
  if (text || blocks.length > 0 || attachments.length > 0) return message;
  throw new TypeError("A message to Slack is empty: give it text, blocks or attachments");
}
