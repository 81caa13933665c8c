import { csvField } from "@ostinato/core";

/** Lines of a CSV file without the final line break; later parts have no header. */
export function csvText(
  header: readonly string[] | undefined,
  rows: readonly (readonly (string | number | null)[])[],
): string {
  return [...(header === undefined ? [] : [header]), ...rows].map((row) => row.map(csvField).join(",")).join("\r\n");
}
