/** Lines of a CSV file without the break at the end; those of a later part have no header. */
export function csvText(
  header: readonly string[] | undefined,
  rows: readonly (readonly (string | number | null)[])[],
): string {
  return [...(header === undefined ? [] : [header]), ...rows].map((row) => row.map(field).join(",")).join("\r\n");
}

function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  // A spreadsheet would run a text that begins like this as a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
