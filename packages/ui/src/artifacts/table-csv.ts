import { isNumber } from "@ostinato/core";
import { tableOf } from "@ostinato/core/artifact-content";
import { csvText } from "../components/csv.ts";
import { cellText } from "../components/data-table.tsx";
import { saveFile } from "../components/save-file.ts";

/** Saves the whole table as a CSV file. */
export function saveTable(name: string, data: unknown): void {
  const table = tableOf(data);
  if (table === undefined) throw new Error("The data is not a table.");
  const rows = table.rows.map((row) => table.columns.map((_, column) => csvCell(row[column])));
  saveFile(name, new Blob([csvText(table.columns, rows)], { type: "text/csv;charset=utf-8" }));
}

function csvCell(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return value;
  return isNumber(value) ? String(value) : cellText(value);
}
