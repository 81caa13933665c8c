import { LiveRequest } from "@ostinato/protocol";
import type { Problem } from "../kernel/errors.ts";
import { readMessage } from "../kernel/socket.ts";
import { readAs } from "../kernel/validation.ts";

/** A request of a page, or a sentence on its problem, with the id that the page gave it. */
export type ReadRequest =
  | { readonly request: LiveRequest; readonly problem?: never; readonly id?: never }
  | { readonly request?: never; readonly problem: string; readonly id: number | null };

export function readRequest(text: string): ReadRequest {
  const message = readMessage(text);
  if (message === undefined) return { problem: "A message is a JSON object.", id: null };
  const { problems, value } = readAs(LiveRequest, message);
  if (problems.length === 0) return { request: value };
  const { id } = message;
  return { problem: problems.map(inSentence).join(" "), id: Number.isSafeInteger(id) ? Number(id) : null };
}

const maxShownCharacters = 100;

function inSentence({ type, loc, msg, input }: Problem): string {
  const field = `\`${loc.slice(1).join(".")}\``;
  if (type === "missing") return `${field} is missing.`;
  const given = JSON.stringify(input ?? null);
  const shown = given.length <= maxShownCharacters ? given : `${given.slice(0, maxShownCharacters)}…`;
  return `${field} ${msg}, but is ${shown}.`;
}
