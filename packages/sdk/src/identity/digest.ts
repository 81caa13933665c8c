import { hash } from "node:crypto";

/** A short, collision-free name for a text. */
export function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
