import { parseJson, withNearestNumbers } from "@ostinato/core";

const shownCharacters = 300;

export interface PreviewSource {
  readonly type: string | null;
  /** JSON, or the beginning of it. */
  readonly head: string | null;
  /** The length of the whole data, in characters. */
  readonly length: number | null;
}

/** One line on what an artifact holds: its first words, the size of a table, how far a progress is. */
export function previewOf({ type, head, length }: PreviewSource): string | null {
  if (head === null || head === "null") return null;
  const whole = length !== null && length <= head.length;
  const value = whole ? unwrapped(parse(head)) : undefined;
  switch (type) {
    case "table":
      return value === undefined ? null : tableSize(withNearestNumbers(value));
    case "progress":
      return progress(withNearestNumbers(value));
    case "image":
      return null;
    default:
      return beginning(value ?? textAtStart(head));
  }
}

/** Prefect's clients send tables as JSON within JSON. */
function unwrapped(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  return parse(value) ?? value;
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function progress(percent: unknown): string | null {
  return typeof percent === "number" ? `${Math.round(percent)} %` : null;
}

/** A list of rows, as objects or lists, or an object of columns. */
function tableSize(value: unknown): string | null {
  if (Array.isArray(value)) {
    const [first] = value;
    const columns = typeof first === "object" && first !== null ? Object.keys(first).length : 1;
    return sizeOf(value.length, value.length === 0 ? 0 : columns);
  }
  if (typeof value !== "object" || value === null) return null;
  const columns = Object.values(value);
  return sizeOf(Math.max(0, ...columns.map((column) => (Array.isArray(column) ? column.length : 1))), columns.length);
}

function sizeOf(rows: number, columns: number): string {
  return `${rows} ${rows === 1 ? "row" : "rows"} × ${columns} ${columns === 1 ? "column" : "columns"}`;
}

function beginning(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.slice(0, shownCharacters);
}

/** The readable part of a JSON string that was cut off. */
function textAtStart(head: string): string | undefined {
  if (!head.startsWith('"')) return head;
  const cut = head.slice(0, shownCharacters * 2).replace(/\\(u[0-9a-f]{0,3})?$/i, "");
  const value = parse(`${cut}"`);
  return typeof value === "string" ? value : undefined;
}
