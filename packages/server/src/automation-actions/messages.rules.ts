import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";
import { ActionFailed } from "./action-job.ts";
import type { HttpCall } from "./http-call.ts";

/** A message that is sent to people. */
export interface Message {
  readonly subject: string;
  readonly body: string;
}

const timeoutSeconds = 10;

/** Makes the requests that send a message, of the data of the block. */
type Sender = (data: JsonObject, message: Message) => readonly HttpCall[];

/** By the type of the block. */
const senders: Readonly<Record<string, Sender>> = {
  "slack-webhook": ({ url }, { subject, body }) => [posted(address(url), { text: `*${subject}*\n${body}` })],
  "mattermost-webhook": mattermost,
  "discord-webhook": discord,
  "ms-teams-webhook": ({ url }, message) => [posted(address(url), teamsCard(message))],
  "custom-webhook": custom,
};

/** The requests that send a message by a block of this type. Throws where the type sends none. */
export function messageCalls(type: string, data: JsonObject, message: Message): readonly HttpCall[] {
  const sender = senders[type];
  if (sender === undefined) {
    const known = Object.keys(senders).join(", ");
    throw new ActionFailed(`This server sends no notifications by blocks of the type "${type}": it knows ${known}`);
  }
  return sender(data, message);
}

function posted(url: URL, body: object): HttpCall {
  const headers = { "content-type": "application/json" };
  return { method: "POST", url, headers, body: JSON.stringify(body), timeoutSeconds, verify: true };
}

function address(given: unknown): URL {
  const text = typeof given === "string" ? given : "";
  if (!URL.canParse(text)) throw new ActionFailed("The address of the block is not a URL");
  return new URL(text);
}

function mattermost(data: JsonObject, { subject, body }: Message): readonly HttpCall[] {
  const { hostname, token, path, port, secure, botname, channels } = data;
  const scheme = secure === true ? "https" : "http";
  const base = `${scheme}://${String(hostname)}:${Number(port ?? 8065)}${typeof path === "string" ? path : ""}`;
  const url = address(`${base}/hooks/${encodeURIComponent(String(token))}`);
  const name = typeof botname === "string" ? { username: botname } : {};
  const text = `**${subject}**\n${body}`;
  const named = Array.isArray(channels) && channels.length > 0 ? channels.map((channel) => ({ channel })) : [{}];
  return named.map((channel) => posted(url, { text, ...name, ...channel }));
}

function discord(data: JsonObject, { subject, body }: Message): readonly HttpCall[] {
  const { webhook_id, webhook_token, botname, tts, avatar, avatar_url } = data;
  const place = `${encodeURIComponent(String(webhook_id))}/${encodeURIComponent(String(webhook_token))}`;
  const picture = avatar === true && typeof avatar_url === "string" ? { avatar_url } : {};
  const name = typeof botname === "string" ? { username: botname } : {};
  const content = { content: `**${subject}**\n${body}`, tts: tts === true, ...name, ...picture };
  return [posted(address(`https://discord.com/api/webhooks/${place}`), content)];
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

/** A request of which every text may name the subject, the body, the name of the block and its secrets. */
function custom(data: JsonObject, { subject, body }: Message): readonly HttpCall[] {
  const secrets = isJsonObject(data.secrets) ? data.secrets : {};
  const values: JsonObject = { ...secrets, subject, body, name: data.name };
  const { url, method, params, json_data, form_data, headers, cookies, timeout } = filled(data, values) as JsonObject;
  const target = address(url);
  for (const [name, value] of entriesOf(params)) target.searchParams.append(name, value);
  const cookie = entriesOf(cookies).map(([name, value]) => `${name}=${value}`);
  const [type, content] = contentOf(json_data, form_data);
  const given = Object.fromEntries(entriesOf(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return [
    {
      method: String(method ?? "POST"),
      url: target,
      headers: { ...type, ...given, ...(cookie.length > 0 ? { cookie: cookie.join("; ") } : {}) },
      body: content,
      timeoutSeconds: typeof timeout === "number" && timeout > 0 ? Math.min(timeout, 60) : timeoutSeconds,
      verify: true,
    },
  ];
}

function contentOf(
  json: unknown,
  form: unknown,
): readonly [type: Readonly<Record<string, string>>, body: string | undefined] {
  if (isJsonObject(json)) return [{ "content-type": "application/json" }, JSON.stringify(json)];
  const text = typeof form === "string" ? form : String(new URLSearchParams(Object.fromEntries(entriesOf(form))));
  return text === "" ? [{}, undefined] : [{ "content-type": "application/x-www-form-urlencoded" }, text];
}

function entriesOf(value: unknown): readonly (readonly [string, string])[] {
  return isJsonObject(value) ? Object.entries(value).map(([name, part]) => [name, String(part)] as const) : [];
}

/** The value with `{{name}}` replaced in all its texts. What is filled in is not looked at again. */
function filled(value: unknown, values: JsonObject): unknown {
  if (typeof value === "string") {
    return value.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name] ?? "") : whole,
    );
  }
  if (Array.isArray(value)) return value.map((part) => filled(part, values));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filled(part, values)]));
}
