import { ExactNumber, isNumber, parseJson } from "./exact-json.ts";

/** The content of an artifact, by its type and by the actual shape of its data, which may be any JSON. */
export type ArtifactContent =
  | { readonly kind: "markdown"; readonly text: string }
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly kind: "image"; readonly address: string }
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "json"; readonly value: unknown };

export function contentOf({ type, data }: { readonly type: string | null; readonly data: unknown }): ArtifactContent {
  if (type === "markdown" && typeof data === "string") return { kind: "markdown", text: data };
  if (type === "table") {
    const table = tableOf(data);
    if (table !== undefined) return { kind: "table", ...table };
  }
  if (type === "image" && typeof data === "string") return { kind: "image", address: data };
  if (type === "progress" && isNumber(data))
    return { kind: "progress", share: Math.min(1, Math.max(0, Number(data) / 100)) };
  return { kind: "json", value: parsed(data) };
}

export interface ArtifactTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** A table is JSON text or a value: a list of records, a list of lists, or lists by column name. */
export function tableOf(data: unknown): ArtifactTable | undefined {
  const value = parsed(data);
  if (Array.isArray(value)) return value.every(Array.isArray) ? ofLists(value) : ofRecords(value);
  if (!isRecord(value)) return undefined;
  const columns = Object.keys(value);
  const lists = columns.map((column) => value[column]);
  if (!lists.every(Array.isArray)) return { columns, rows: [lists] };
  const length = Math.max(0, ...lists.map((list) => list.length));
  return { columns, rows: Array.from({ length }, (_, row) => lists.map((list) => list[row] as unknown)) };
}

function ofLists(lists: readonly (readonly unknown[])[]): ArtifactTable {
  const width = Math.max(0, ...lists.map((row) => row.length));
  return { columns: Array.from({ length: width }, (_, column) => String(column + 1)), rows: lists };
}

function ofRecords(values: readonly unknown[]): ArtifactTable | undefined {
  if (!values.every(isRecord)) return undefined;
  const columns = [...new Set(values.flatMap((value) => Object.keys(value)))];
  return { columns, rows: values.map((value) => columns.map((column) => value[column])) };
}

function parsed(data: unknown): unknown {
  if (typeof data !== "string") return data;
  try {
    return parseJson(data);
  } catch {
    return data;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}
