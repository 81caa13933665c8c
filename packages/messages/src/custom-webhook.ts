import { isPlainObject } from "@ostinato/core";
import type { HttpCall } from "./http-call.ts";
import { type BlockData, type Message, textEntries } from "./message.ts";
import { addressOf, timeoutSeconds } from "./requests.ts";

const maxTimeoutSeconds = 60;

/** A request of which every text may name the subject, the body, the name of the block and its secrets. */
export function customWebhook(data: BlockData, { subject, body }: Message): readonly HttpCall[] {
  const secrets = isPlainObject(data.secrets) ? data.secrets : {};
  const values: BlockData = { ...secrets, subject, body, name: data.name };
  const { url, method, params, json_data, form_data, headers, cookies, timeout } = filled(data, values) as BlockData;
  const target = addressOf(url);
  for (const [name, value] of textEntries(params)) target.searchParams.append(name, value);
  const cookie = textEntries(cookies).map(([name, value]) => `${name}=${value}`);
  const [type, content] = contentOf(json_data, form_data);
  const given = Object.fromEntries(textEntries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return [
    {
      method: String(method ?? "POST"),
      url: target,
      headers: { ...type, ...given, ...(cookie.length > 0 ? { cookie: cookie.join("; ") } : {}) },
      body: content,
      timeoutSeconds:
        typeof timeout === "number" && timeout > 0 ? Math.min(timeout, maxTimeoutSeconds) : timeoutSeconds,
      verify: true,
    },
  ];
}

function contentOf(
  json: unknown,
  form: unknown,
): readonly [type: Readonly<Record<string, string>>, body: string | undefined] {
  if (isPlainObject(json)) return [{ "content-type": "application/json" }, JSON.stringify(json)];
  const text = typeof form === "string" ? form : String(new URLSearchParams(Object.fromEntries(textEntries(form))));
  return text === "" ? [{}, undefined] : [{ "content-type": "application/x-www-form-urlencoded" }, text];
}

/** The value with `{{name}}` replaced in all its texts. What is filled in is not looked at again. */
function filled(value: unknown, values: BlockData): unknown {
  if (typeof value === "string") {
    return value.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name] ?? "") : whole,
    );
  }
  if (Array.isArray(value)) return value.map((part) => filled(part, values));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filled(part, values)]));
}
