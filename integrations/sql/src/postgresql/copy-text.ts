const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Rows in the text form of COPY: a line for each, with tabs between its values and `\N` for null. */
export function copyText(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => `${row.map(field).join("\t")}\n`).join("");
}

function field(value: unknown): string {
  if (value === null) return "\\N";
  if (typeof value === "string") return escaped(value);
  if (value instanceof Uint8Array)
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  if (Array.isArray(value)) return escaped(arrayText(value));
  return String(value);
}

function escaped(text: string): string {
  return /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character) : text;
}

/** A list as PostgreSQL writes its arrays: `{1,2,NULL,"a \"b\""}`. */
function arrayText(items: readonly unknown[]): string {
  const parts = items.map((item) => {
    if (item === null || item === undefined) return "NULL";
    if (Array.isArray(item)) return arrayText(item);
    return typeof item === "string" ? `"${item.replace(/["\\]/g, "\\$&")}"` : String(item);
  });
  return `{${parts.join(",")}}`;
}
