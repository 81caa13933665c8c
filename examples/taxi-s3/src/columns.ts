import { basename } from "node:path";
import { openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";

/** A column that not all files have, or not with one type: its type by the name of each file. */
export type DifferingColumn = Readonly<Record<string, string>>;

export async function differingColumns(files: readonly string[]): Promise<readonly DifferingColumn[]> {
  using database = await openDatabase();
  const types = new Map<string, Map<string, string>>();
  for (const file of files) {
    const columns = await database.rows<{ readonly column_name: string; readonly column_type: string }>(
      `DESCRIBE SELECT * FROM ${parquet([file])}`,
    );
    for (const { column_name: column, column_type: type } of columns) {
      const known = types.get(column) ?? new Map<string, string>();
      types.set(column, known.set(basename(file), type));
    }
  }
  return [...types]
    .filter(([, byFile]) => byFile.size < files.length || new Set(byFile.values()).size > 1)
    .map(([column, byFile]) => ({
      column,
      ...Object.fromEntries(files.map((file) => [basename(file, ".parquet"), byFile.get(basename(file)) ?? "–"])),
    }));
}
