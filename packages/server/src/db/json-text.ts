import { parseJson } from "@ostinato/core";
import type { JsonText } from "./tables.ts";

/**
 * Matches escapes that JSON allows and PostgreSQL refuses: NUL, and halves of surrogate pairs. Both databases keep U+FFFD
 * instead. After an even number of backslashes the escape is plain text, which stays.
 */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

export function writeJson(value: unknown): JsonText {
  const text = JSON.stringify(value ?? null);
  return text.includes("\\u0000") || text.includes("\\ud") ? text.replace(unstorable, "$1\ufffd") : text;
}

export function writeOptionalJson(value: unknown): JsonText | null {
  return value === null || value === undefined ? null : writeJson(value);
}

/** Reads a user's JSON, with numbers exactly as they were written. */
export function readJson<T>(text: JsonText): T {
  return (emptyOf(text) ?? parseJson(text)) as T;
}

/** Reads JSON in a shape of the server's own, in which all numbers are JavaScript numbers. */
export function readPlainJson<T>(text: JsonText): T {
  return (emptyOf(text) ?? JSON.parse(text)) as T;
}

/** Most columns of most rows are one of these two. */
function emptyOf(text: JsonText): object | undefined {
  if (text === "{}") return {};
  return text === "[]" ? [] : undefined;
}

export function readOptionalJson<T>(text: JsonText | null): T | null {
  return text === null ? null : readJson<T>(text);
}

export function storableOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : storable(text);
}

/** Text as both databases can keep it. */
export function storable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", "\ufffd") : whole;
}
