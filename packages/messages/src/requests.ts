import type { HttpCall } from "./http-call.ts";
import { type BlockData, type Message, NotSent } from "./message.ts";

/** Makes the requests that send a message, of the data of the block. */
export type MakeRequests = (data: BlockData, message: Message) => readonly HttpCall[];

export const timeoutSeconds = 10;

export function posted(url: URL, body: object, headers: Readonly<Record<string, string>> = {}): HttpCall {
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    timeoutSeconds,
    verify: true,
  };
}

/** The URL that a block says. */
export function addressOf(given: unknown): URL {
  const text = typeof given === "string" ? given : "";
  if (!URL.canParse(text)) throw new NotSent("The address of the block is not a URL");
  return new URL(text);
}
