import { isPlainObject } from "@ostinato/core";
import { Secret } from "../secrets/secret.ts";

const packedSecret = "ostinato.secret";

/** Packs secrets for another thread: cloning would turn them into empty objects. Looks into arrays and plain objects. */
export function packSecrets(value: unknown): unknown {
  return mapInside(value, (inner) => (inner instanceof Secret ? { [packedSecret]: [inner.peek()] } : undefined));
}

export function unpackSecrets(value: unknown): unknown {
  return mapInside(value, (inner) => {
    const packed = isPlainObject(inner) ? inner[packedSecret] : undefined;
    return Array.isArray(packed) ? new Secret<unknown>(packed[0]) : undefined;
  });
}

function mapInside(value: unknown, replace: (inner: unknown) => unknown, depth = 0): unknown {
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (depth > 8) return value;
  if (Array.isArray(value)) {
    // An array of numbers or strings is data and needs no copy.
    if (value.every((item) => typeof item !== "object")) return value;
    return value.map((item) => mapInside(item, replace, depth + 1));
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapInside(item, replace, depth + 1)]));
}
