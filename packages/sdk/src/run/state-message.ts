import { redact } from "../secrets/redaction.ts";

/** The server accepts states of about a megabyte; a message of this length is already too long to read. */
const maxMessageLength = 64 * 1024;

/** The message of a state: without secrets, and cut with a mark where it is very long. */
export function stateMessage(text: string): string {
  const message = redact(text);
  if (message.length <= maxMessageLength) return message;
  return `${message.slice(0, maxMessageLength)}… (${message.length - maxMessageLength} more characters were cut)`;
}
