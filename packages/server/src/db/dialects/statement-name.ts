import { createHash } from "node:crypto";

const names = new Map<string, string>();

/** The name under which a connection keeps a prepared statement, made of its text. */
export function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash("sha1").update(text).digest("base64url");
    if (names.size > 5000) names.clear();
    names.set(text, name);
  }
  return name;
}
