import type { JsonText } from "./tables.ts";

/** PostgreSQL keeps no NUL character in text, and JSON may carry one: it is shown as U+FFFD on both databases. */
const nul = /\\u0000/g;

export function writeJson(value: unknown): JsonText {
  const text = JSON.stringify(value ?? null);
  return text.includes("\\u0000") ? text.replace(nul, "\\ufffd") : text;
}

export function writeOptionalJson(value: unknown): JsonText | null {
  return value === null || value === undefined ? null : writeJson(value);
}

export function readJson<T>(text: JsonText): T {
  return JSON.parse(text) as T;
}

export function readOptionalJson<T>(text: JsonText | null): T | null {
  return text === null ? null : readJson<T>(text);
}

/** Text as both databases can keep it. */
export function storable(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
}
