import type { HttpCall } from "./http-call.ts";
import { type BlockData, type Message, shortened, textsOf } from "./message.ts";
import { addressOf, posted } from "./requests.ts";

const maxDiscordCharacters = 2000;

export function slack({ url }: BlockData, { subject, body }: Message): readonly HttpCall[] {
  return [posted(addressOf(url), { text: `*${subject}*\n${body}` })];
}

/** The webhook of `prefect-slack`, whose class sends plain lines. */
export function slackIncoming({ url }: BlockData, { subject, body }: Message): readonly HttpCall[] {
  return [posted(addressOf(url), { text: subject === "" ? body : `${subject}\n${body}` })];
}

export function teams({ url }: BlockData, message: Message): readonly HttpCall[] {
  return [posted(addressOf(url), teamsCard(message))];
}

export function mattermost(data: BlockData, { subject, body }: Message): readonly HttpCall[] {
  const { hostname, token, path, port, secure, botname, channels } = data;
  const scheme = secure === true ? "https" : "http";
  const base = `${scheme}://${String(hostname)}:${Number(port ?? 8065)}${typeof path === "string" ? path : ""}`;
  const url = addressOf(`${base}/hooks/${encodeURIComponent(String(token))}`);
  const name = typeof botname === "string" ? { username: botname } : {};
  const text = `**${subject}**\n${body}`;
  const named = textsOf(channels);
  if (named.length === 0) return [posted(url, { text, ...name })];
  return named.map((channel) => ({ ...posted(url, { text, ...name, channel }), recipient: channel }));
}

export function discord(data: BlockData, { subject, body }: Message): readonly HttpCall[] {
  const { webhook_id, webhook_token, botname, tts, avatar, avatar_url } = data;
  const place = `${encodeURIComponent(String(webhook_id))}/${encodeURIComponent(String(webhook_token))}`;
  const picture = avatar === true && typeof avatar_url === "string" ? { avatar_url } : {};
  const name = typeof botname === "string" ? { username: botname } : {};
  const content = shortened(`**${subject}**\n${body}`, maxDiscordCharacters);
  return [
    posted(addressOf(`https://discord.com/api/webhooks/${place}`), { content, tts: tts === true, ...name, ...picture }),
  ];
}

function teamsCard({ subject, body }: Message): object {
  const text = (content: string, style: object) => ({ type: "TextBlock", text: content, wrap: true, ...style });
  const card = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [text(subject, { weight: "bolder", size: "medium" }), text(body, {})],
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card }],
  };
}
