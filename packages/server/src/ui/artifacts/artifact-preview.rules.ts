import { isNumber, jsonText, parseJson, withNearestNumbers } from "@ostinato/core";
import { type ArtifactContent as Content, contentOf, tableOf } from "@ostinato/core/artifact-content";
import type { ArtifactContent } from "@ostinato/protocol";
import { itemsAtStart, stringAtStart } from "./json-head.rules.ts";

export interface PreviewSource {
  readonly type: string | null;
  /** JSON, or the beginning of it. */
  readonly head: string | null;
  /** The length of the whole data, in characters. */
  readonly length: number | null;
}

export interface PreviewBounds {
  readonly characters: number;
  readonly rows: number;
  readonly columns: number;
  readonly cellCharacters: number;
}

const unbounded = Number.POSITIVE_INFINITY;

/** In a list of artifacts: what fits beside a name. */
export const rowBounds: PreviewBounds = { characters: 600, rows: 3, columns: 5, cellCharacters: 40 };
/** Among the artifacts of one run. */
export const cardBounds: PreviewBounds = { characters: 4000, rows: 10, columns: 30, cellCharacters: 300 };
/** On the artifact's own page: all of it, since further rows of a table are read as they are scrolled to. */
export const pageBounds: PreviewBounds = {
  characters: unbounded,
  rows: 100,
  columns: unbounded,
  cellCharacters: unbounded,
};

/** The content of an artifact within bounds, of as much of its data as was read; null where it has none. */
export function previewOf(source: PreviewSource, bounds: PreviewBounds): ArtifactContent | null {
  const { type, head, length } = source;
  if (head === null || head === "null") return null;
  const isWhole = length !== null && length <= head.length;
  if (isWhole) return bounded(contentOf({ type, data: parsed(head) }), bounds);
  if (type === "table") return tableAtStart(head, bounds);
  if (type === "image") return { kind: "image", address: null };
  const text = head.startsWith('"') ? stringAtStart(head) : head;
  const kind = type === "markdown" ? "markdown" : "json";
  return { kind, text: cutText(text, bounds.characters), is_whole: false };
}

function bounded(content: Content, bounds: PreviewBounds): ArtifactContent {
  switch (content.kind) {
    case "table":
      return { ...boundedTable(content, bounds), row_count: content.rows.length };
    case "image":
      return { kind: "image", address: isDataUrl(content.address) ? null : content.address };
    case "markdown":
      return boundedText("markdown", content.text, bounds);
    case "json":
      return boundedText("json", jsonText(content.value) ?? "null", bounds);
    case "progress":
      return content;
    default:
      return content satisfies never;
  }
}

function isDataUrl(address: string): boolean {
  return address.startsWith("data:");
}

function boundedText(kind: "markdown" | "json", text: string, { characters }: PreviewBounds): ArtifactContent {
  return { kind, text: cutText(text, characters), is_whole: text.length <= characters };
}

/** Cuts at the end of a line where there is one, so that no half of a row or of a word is rendered. */
function cutText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const beginning = text.slice(0, characters).toWellFormed();
  const lineEnd = beginning.lastIndexOf("\n");
  return lineEnd > characters / 4 ? beginning.slice(0, lineEnd) : beginning;
}

/** The first rows of a table whose data was cut. Lists by column have no whole rows at their start. */
function tableAtStart(head: string, bounds: PreviewBounds): ArtifactContent {
  const text = head.startsWith('"') ? stringAtStart(head) : head;
  const table = tableOf(itemsAtStart(text, bounds.rows)) ?? { columns: [], rows: [] };
  return { ...boundedTable(table, bounds), row_count: null };
}

function boundedTable({ columns, rows }: Pick<Content & { kind: "table" }, "columns" | "rows">, bounds: PreviewBounds) {
  const cell = (value: unknown) => boundedCell(value, bounds);
  return {
    kind: "table" as const,
    columns: columns.slice(0, bounds.columns),
    rows: rows.slice(0, bounds.rows).map((row) => columns.slice(0, bounds.columns).map((_, at) => cell(row[at]))),
  };
}

function boundedCell(value: unknown, { cellCharacters }: PreviewBounds): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean" || isNumber(value) || cellCharacters === unbounded) return value;
  const text = typeof value === "string" ? value : (jsonText(withNearestNumbers(value)) ?? "");
  return text.length <= cellCharacters ? value : `${text.slice(0, cellCharacters).toWellFormed()}…`;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
