import { ExactNumber, exactNumber } from "@ostinato/core";

export type FormValue = Readonly<Record<string, unknown>>;

/** Precedes the digits of an exact number; no stored text contains this character. */
const exactMark = "\u0000";

/** The value with exact numbers as marked strings: the form copies objects key by key, which would strip the class of an exact number. */
export function toFormData(value: unknown): unknown {
  if (value instanceof ExactNumber) return exactMark + value.text;
  return withParts(value, toFormData);
}

/** The value of the form's data, without undefined parts. */
export function fromFormData(value: unknown): unknown {
  const exact = exactIn(value);
  return exact ?? withParts(value, fromFormData);
}

/** The value with the nearest JavaScript numbers, for validation. */
export function nearestOf(value: unknown): unknown {
  const exact = exactIn(value);
  return exact === undefined ? withParts(value, nearestOf) : Number(exact);
}

export function isObject(value: unknown): value is FormValue {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

function exactIn(value: unknown): number | ExactNumber | undefined {
  return typeof value === "string" && value.startsWith(exactMark) ? exactNumber(value.slice(1)) : undefined;
}

/** A missing entry of a list keeps its place. */
function withParts(value: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => (part === undefined ? null : change(part)));
  if (!isObject(value)) return value;
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([key, part]) => [key, change(part)]));
}
