import { isIPv4, isIPv6 } from "node:net";
import { isUuid } from "@ostinato/core";
import { readPattern } from "./pattern-matcher.ts";

/**
 * Whether the text has the format. The formats are those that a Prefect server checks; of others nothing is asked, `duration`, `uri` and
 * `hostname` among them.
 */
export function isFormatted(text: string, format: unknown): boolean {
  return formats.get(format)?.(text) ?? true;
}

const formats: ReadonlyMap<unknown, (text: string) => boolean> = new Map<unknown, (text: string) => boolean>([
  ["date", isDate],
  ["date-time", isDateTime],
  ["email", isEmail],
  ["idn-email", isEmail],
  ["ipv4", isIPv4],
  ["ipv6", (text) => isIPv6(text) && !text.includes("%")],
  ["json-pointer", isPointer],
  ["regex", isPattern],
  ["relative-json-pointer", isRelativePointer],
  ["time", (text) => isDateTime(`1970-01-01T${text}`)],
  ["uuid", (text) => isUuid(text)],
]);

function isDate(text: string): boolean {
  const [, year = "", month = "", day = ""] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (Number(year) === 0) return false;
  // A day that the month does not have is one of the next month.
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const match = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)\n?$/i.exec(
    text,
  );
  return match?.[1] !== undefined && isDate(match[1]);
}

function isEmail(text: string): boolean {
  return text.includes("@");
}

function isPointer(text: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(text);
}

function isRelativePointer(text: string): boolean {
  const [, rest] = /^(?:0|[1-9]\d*)(.*)$/s.exec(text) ?? [];
  return rest === "#" || (rest !== undefined && isPointer(rest));
}

function isPattern(text: string): boolean {
  try {
    readPattern(text);
    return true;
  } catch {
    return false;
  }
}
