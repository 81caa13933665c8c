/** What to do, by Slack's code. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const advice: Readonly<Record<string, string>> = {
  account_inactive: "the app or its user was removed: make a new token",
  action_prohibited: "the workspace does not let webhooks post to this channel",
  channel_is_archived: "the channel is archived: unarchive it, or take another",
  channel_not_found: "check the channel's name or id; a private channel is found only by an app that is in it",
  invalid_auth: "check the token of the block",
  invalid_blocks: "check the blocks in Slack's Block Kit Builder",
  invalid_payload: "check the message's blocks and attachments",
  invalid_token: "the address is none of a webhook: copy it anew from the app's page",
  is_archived: "the channel is archived: unarchive it, or take another",
  msg_too_long: "the text has more than 40,000 characters: send it as a file",
  no_active_hooks: "the webhook was removed: make a new one",
  no_service: "the webhook was removed: make a new one",
  not_authed: "the block has no token",
  not_in_channel: "invite the app to the channel, by /invite in it",
  ratelimited: "send less, or later",
  token_expired: "make a new token",
  token_revoked: "make a new token",
};

interface Answer {
  readonly status: number | undefined;
  /** Of the app, where it lacks one. */
  readonly needed?: string | undefined;
  readonly cause?: unknown;
}

/** Slack did not do what was asked. The message says what to do. */
export class SlackError extends Error {
  override readonly name = "SlackError";
  /** Slack's own, such as `not_in_channel`; `no_answer` where nothing answered. */
  readonly code: string;
  /** Of the answer; undefined where nothing answered. */
  readonly status: number | undefined;

  constructor(what: string, code: string, { status, needed, cause }: Answer) {
    const help = needed === undefined ? advice[code] : `give the app the scope ${needed}, and install it anew`;
    super(`Slack refused ${what}: ${code}${help === undefined ? "" : `; ${help}`}`, { cause });
    this.code = code;
    this.status = status;
  }
}
