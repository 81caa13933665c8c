import { csvField } from "@ostinato/core";

/** Lines of a CSV file without the final line break; later parts have no header. */
export function csvText(
  header: readonly string[] | undefined,
  rows: readonly (readonly (string | number | null)[])[],
): string {
  return [...(header === undefined ? [] : [header]), ...rows].map((row) => row.map(csvField).join(",")).join("\r\n");
}

export interface CsvExport {
  readonly most: number;
  readonly signal: AbortSignal;
  readonly onProgress: (rows: number) => void;
}

/** The cells of a row by the name of their column. */
export type CsvColumns<Row> = Readonly<Record<string, (row: Row) => string | number | null>>;

/**
 * Rows as a CSV file: times in UTC, spans in seconds. Pages are converted to text one by one, so that a long list costs no more memory than
 * the file.
 */
export async function csvFile<Row>(
  columns: CsvColumns<Row>,
  pages: AsyncIterable<readonly Row[]>,
  onProgress: (rows: number) => void,
): Promise<Blob> {
  const cells = Object.values(columns);
  const parts = [csvText(Object.keys(columns), [])];
  let rows = 0;
  for await (const page of pages) {
    rows += page.length;
    const lines = page.map((row) => cells.map((cell) => cell(row)));
    if (page.length > 0) parts.push("\r\n", csvText(undefined, lines));
    onProgress(rows);
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
