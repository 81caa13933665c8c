import { createHash } from "node:crypto";

/** Two keys of this length, in whatever script, fit in PostgreSQL's index on them. */
const maxKeyLength = 400;
const hashCharacters = 32;

/** Longer names do not fit in PostgreSQL's index on them. */
const maxNameLength = 800;

/** A name as it is kept. */
export function keptName(name: string): string {
  return name.length <= maxNameLength ? name : `${name.slice(0, maxNameLength - 1)}…`;
}

/** A task key or dynamic key as it is kept: of one that is too long the beginning, and a hash that tells it from others. */
export function keptKey(key: string): string {
  if (key.length <= maxKeyLength) return key;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, hashCharacters);
  return `${key.slice(0, maxKeyLength - hashCharacters - 1)}…${hash}`;
}
