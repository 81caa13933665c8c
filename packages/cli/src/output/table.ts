import { cutTo, displayWidth, oneLine, paint } from "./text.ts";

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null | undefined;
  /** Colours the cell after it was cut and padded to its width. */
  readonly paint?: (row: Row, cell: string) => string;
  readonly align?: "right";
  /** May be cut where the table is wider than the terminal. Ids never are, because users copy them. */
  readonly flexible?: true;
}

const gap = "  ";
const narrowest = 8;

/** The lines of a table without a frame, so that it can be cut, sorted and copied. Cut to `width` if given. */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width?: number,
): readonly string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(String(column.value(row) ?? ""))));
  const widths = fitted(columns, widestOf(columns, cells), width);
  const place = (text: string, index: number) => placed(text, widths[index] ?? 0, columns[index]?.align);
  const head = columns.map(({ title }, index) => paint("dim", place(title, index)));
  const body = cells.map((texts, rowIndex) =>
    texts.map((text, index) => {
      const row = rows[rowIndex] as Row;
      const cell = place(text, index);
      return columns[index]?.paint?.(row, cell) ?? cell;
    }),
  );
  return [head, ...body].map((line) => line.join(gap).trimEnd());
}

function widestOf<Row>(columns: readonly Column<Row>[], cells: readonly (readonly string[])[]): readonly number[] {
  return columns.map(({ title }, index) =>
    cells.reduce((widest, texts) => Math.max(widest, displayWidth(texts[index] ?? "")), displayWidth(title)),
  );
}

/** Shrinks the widest flexible columns first. */
function fitted<Row>(
  columns: readonly Column<Row>[],
  widest: readonly number[],
  width: number | undefined,
): readonly number[] {
  const widths = [...widest];
  if (width === undefined) return widths;
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    const candidates = widths.map((one, index) => (columns[index]?.flexible ? one : 0));
    const most = Math.max(...candidates);
    if (most <= narrowest) break;
    const next = Math.max(narrowest, ...candidates.filter((one) => one < most));
    const index = candidates.indexOf(most);
    widths[index] = Math.max(next, most - (total() - width), narrowest);
    if (widths[index] === most) widths[index] = most - 1;
  }
  return widths;
}

function placed(text: string, width: number, align: "right" | undefined): string {
  const cut = cutTo(text, width);
  const filling = " ".repeat(Math.max(0, width - displayWidth(cut)));
  return align === "right" ? filling + cut : cut + filling;
}
