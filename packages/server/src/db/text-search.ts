import { storable } from "./json-text.ts";

/** A LIKE pattern for values that contain the text, with `\` before its special characters. */
export function patternOf(text: string): string {
  return `%${storable(text).replace(/[\\%_]/g, "\\$&")}%`;
}

/**
 * The longest part of a text that is equal in upper and lower case, such as `-7777` of `run-7777`; undefined if none would narrow
 * a search. Searching for it first costs a fraction of a search that ignores case.
 */
export function caselessPart(text: string): string | undefined {
  const [longest = ""] = text.match(caseless)?.toSorted((a, b) => b.length - a.length) ?? [];
  return longest.length < minNarrowingLength ? undefined : longest;
}

/** ASCII only: beyond it, letters have more than two cases. */
const caseless = /[\x20-\x40\x5b-\x60\x7b-\x7e]+/g;

/** A single character, such as a space or a hyphen, is in most names. */
const minNarrowingLength = 2;
