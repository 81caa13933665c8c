import { parseJson } from "@ostinato/core";
import type { Resource } from "@ostinato/protocol";
import { nestsTooDeep } from "../kernel/nesting.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";

/** What came to a webhook. */
export interface Post {
  /** The media type, without its parameters. */
  readonly type: string;
  /** By their names in lower case, without those that say who sent it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** An event that a post becomes. */
export interface MadeEvent {
  readonly event: string;
  readonly resource: Resource;
  readonly related: readonly Resource[];
  readonly payload: JsonObject;
  readonly occurred: string | undefined;
  /** What is the same where the post is sent again; undefined where nothing says so. */
  readonly key: string | undefined;
}

/** Why a post becomes no event, as its sender may know it. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

const secretHeaders = new Set(["authorization", "proxy-authorization", "cookie", "x-api-key"]);

export function postOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  query: unknown,
  text: string,
): Post {
  const shown = Object.entries(headers)
    .filter(([name]) => !secretHeaders.has(name.toLowerCase()))
    .map(([name, value]) => [name.toLowerCase(), [value ?? ""].flat().join(", ")]);
  const [type = ""] = String(headers["content-type"] ?? "").split(";");
  if (nestsTooDeep(text)) throw new Unreadable("the body nests too deep");
  return {
    type: type.trim().toLowerCase(),
    headers: Object.fromEntries(shown),
    // A copy with a prototype, which templates take for an object.
    query: { ...(query as Readonly<Record<string, unknown>> | undefined) },
    text,
  };
}

/** The body as templates have it: the value of JSON, the fields of a form, or the text. */
export function bodyOf({ type, text }: Post): unknown {
  if (type === "application/x-www-form-urlencoded") return Object.fromEntries(new URLSearchParams(text));
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
