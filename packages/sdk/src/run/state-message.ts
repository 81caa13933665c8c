import { redact } from "../secrets/redaction.ts";

/** The server takes a state of a megabyte or so; nobody reads a message of this length to its end. */
const maxMessageLength = 64 * 1024;

/** The message of a state: without secrets, and cut with a mark where it is very long. */
export function stateMessage(text: string): string {
  const message = redact(text);
  if (message.length <= maxMessageLength) return message;
  return `${message.slice(0, maxMessageLength)}… (${message.length - maxMessageLength} more characters were cut)`;
}
