import { styleText } from "node:util";
import type { StateType } from "@ostinato/core";
import truncatedWidth from "fast-string-truncated-width";

type Format = Parameters<typeof styleText>[0];

/** Colour where the stream is a terminal and NO_COLOR is not set (FORCE_COLOR overrules both). */
export function paint(format: Format, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(format, text, { stream });
}

const stateFormats: Readonly<Record<StateType, Format>> = {
  SCHEDULED: "yellow",
  PENDING: "yellow",
  RUNNING: "blue",
  COMPLETED: "green",
  FAILED: "red",
  CANCELLED: "gray",
  CANCELLING: "gray",
  CRASHED: "magenta",
  PAUSED: "cyan",
};

export function paintState(type: StateType | null, text: string): string {
  return type === null ? text : paint(stateFormats[type], text);
}

/** Columns of a text on a terminal: wide characters take two, colours none. */
export function displayWidth(text: string): number {
  return truncatedWidth(text).width;
}

/** The text cut to `width` columns, with an ellipsis where it was cut. */
export function cutTo(text: string, width: number): string {
  const { index, ellipsed } = truncatedWidth(text, { limit: width, ellipsis: "…" });
  return ellipsed ? `${text.slice(0, index)}…` : text.slice(0, index);
}

/** One line without control characters, because text of runs and users must not control the terminal. */
export function oneLine(text: string): string {
  return harmless(text)
    .replace(/\s*\n\s*/g, " ")
    .trim();
}

/** The text with control characters made visible, other than tabs and line breaks. */
export function harmless(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, visible);
}

/** Unicode has symbols for control characters. */
function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (character === "\n" || character === "\t") return character;
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
}
