import { ExactNumber, exactNumber } from "@ostinato/core";

export type FormValue = Readonly<Record<string, unknown>>;

/** Stands before the digits of an exact number; no text that a server keeps has this character. */
const exactMark = "\u0000";

/**
 * The value with each exact number as a marked text: the form copies objects key by key, and would make of an exact number an
 * object without a class.
 */
export function toFormData(value: unknown): unknown {
  if (value instanceof ExactNumber) return exactMark + value.text;
  return withParts(value, toFormData);
}

/** The value of what the form holds, without what is not there. */
export function fromFormData(value: unknown): unknown {
  const exact = exactIn(value);
  return exact ?? withParts(value, fromFormData);
}

/** The same with the nearest numbers of JavaScript, for checking it. */
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

/** An entry of a list that is not there keeps its place. */
function withParts(value: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => (part === undefined ? null : change(part)));
  if (!isObject(value)) return value;
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([key, part]) => [key, change(part)]));
}
