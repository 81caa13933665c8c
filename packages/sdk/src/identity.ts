import { hash } from "node:crypto";
import { isSecret, type Serialized, serialize } from "@ostinato/core";
import { digestOf } from "./provenance.ts";

/** A short name for a text that no other text has. */
export function digest(text: string): string {
  return hash("sha256", text, "base64url");
}

/** From here on comparing by digest is worth it. */
const largeFrom = 64 * 1024;

/** The digest of a large written value, by which it is compared instead of being written again. */
export function largeDigest(text: string): string | undefined {
  return text.length < largeFrom ? undefined : digest(text);
}

/**
 * Names a call by what it is given: equal arguments, equal name. Undefined where they cannot be written down, so that no two
 * calls can be told to be the same. A large result of a task counts by its digest instead of being written again.
 */
export function argumentsDigest(key: string, args: unknown): string | undefined {
  return digestOfWritten(key, serialize(args, { standIn: digestOf }));
}

/**
 * The same for calls of one flow run among each other, where all secrets count as equal: a run that goes on is given new ones
 * at times, and must not begin again for it.
 */
export function callIdentity(key: string, args: unknown): string | undefined {
  const standIn = (value: unknown) => (isSecret(value) ? "secret" : digestOf(value));
  return digestOfWritten(key, serialize(args, { standIn }));
}

function digestOfWritten(key: string, written: Serialized): string | undefined {
  return written.ok ? digest(`${key}\n${written.text}`) : undefined;
}
