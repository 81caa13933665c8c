import { redact } from "./redaction.ts";

/** The server takes a state of a megabyte or so; nobody reads a message of this length to its end. */
const longestMessage = 64 * 1024;

/** The message of a state: without secrets, and cut with a mark where it is very long. */
export function stateMessage(text: string): string {
  const message = redact(text);
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage)}… (${message.length - longestMessage} more characters were cut)`;
}
