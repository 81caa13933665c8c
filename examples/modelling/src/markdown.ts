export type Cell = string | number;

const numeric = /^-?[\d.,]+( %)?$/;

/** A GitHub-flavoured table; the keys of the first row are its heading. Columns of numbers are aligned to the right. */
export function markdownTable(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const [first] = rows;
  if (first === undefined) return "_no rows_";
  const names = Object.keys(first);
  const rule = names.map((name) => (numeric.test(String(first[name])) ? "---:" : "---"));
  const lines = rows.map((row) => names.map((name) => cell(row[name] ?? "")));
  return [names.map(cell), rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** `12345.678` → `12,345.68` */
export function decimal(value: number, digits = 2): string {
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function whole(value: number): string {
  return decimal(value, 0);
}

function cell(value: Cell): string {
  return String(value).replaceAll("|", "\\|").replaceAll("\n", " ");
}
