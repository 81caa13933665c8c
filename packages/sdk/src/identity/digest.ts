import { hash } from "node:crypto";

/** A short name for a text that no other text has. */
export function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
