import { isNumber, jsonText } from "@ostinato/core";
import type { ArtifactTable } from "@ostinato/core/artifact-content";

export interface RowOrder {
  readonly column: number;
  readonly descending: boolean;
}

type Row = readonly unknown[];

/** The rows in which some cell contains the text, whatever its case. */
export function rowsWith({ rows }: ArtifactTable, text: string): readonly Row[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return rows;
  return rows.filter((row) => row.some((cell) => textOf(cell).toLowerCase().includes(wanted)));
}

/** Numbers by size, then texts as people sort them; cells without a value are last in both directions. */
export function sortedRows(rows: readonly Row[], { column, descending }: RowOrder): readonly Row[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row[column]) }));
  const direction = descending ? -1 : 1;
  return keyed
    .toSorted(({ key: one }, { key: other }) => {
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return direction * compared(one, other);
    })
    .map(({ row }) => row);
}

type Key = number | string | null;

function keyOf(cell: unknown): Key {
  if (cell === null || cell === undefined || cell === "") return null;
  return isNumber(cell) ? Number(cell) : textOf(cell);
}

function compared(one: number | string, other: number | string): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one === "string" && typeof other === "string") return alphabetical.compare(one, other);
  return typeof one === "number" ? -1 : 1;
}

const alphabetical = new Intl.Collator("en", { numeric: true });

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : (jsonText(cell) ?? "");
}
