import { createHash } from "node:crypto";

/** Two keys of this length, in whatever script, fit in PostgreSQL's index on them. */
const maxKeyLength = 400;
const hashCharacters = 32;

/** Longer names do not fit in PostgreSQL's index on them. */
const maxNameLength = 800;

/** A name in its stored form. */
export function keptName(name: string): string {
  return name.length <= maxNameLength ? name : `${name.slice(0, maxNameLength - 1)}…`;
}

/** A task key or dynamic key in its stored form: a long one is cut, and ends with a hash that keeps it distinct. */
export function keptKey(key: string): string {
  if (key.length <= maxKeyLength) return key;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, hashCharacters);
  return `${key.slice(0, maxKeyLength - hashCharacters - 1)}…${hash}`;
}
