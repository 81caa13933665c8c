import { type Column, tableLines } from "./table.ts";
import { displayWidth, paint } from "./text.ts";

/** Prints a line of the answer on standard output. */
export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a remark on standard error, so that standard output contains the answer only. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** Prints a table, or one sentence if it is empty. */
export function sayTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], whenEmpty: string): void {
  const lines = rows.length === 0 ? [whenEmpty] : tableLines(rows, columns, terminalWidth());
  for (const line of lines) say(line);
}

/** Prints names and values below each other, without empty values. */
export function sayFields(fields: readonly (readonly [name: string, value: string | null | undefined])[]): void {
  const shown = fields.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const width = Math.max(...shown.map(([name]) => displayWidth(name)));
  for (const [name, value] of shown) {
    const indented = (value ?? "").replaceAll("\n", `\n${" ".repeat(width + 2)}`);
    say(`${paint("dim", name.padEnd(width))}  ${indented}`);
  }
}

/** The width of the terminal; undefined where the output goes to a file or another program. */
function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || undefined : undefined;
}

/** A reader that has seen enough (`| head`) closes the pipe, which is not an error. */
export function endQuietlyWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}
