import type { ReactNode } from "react";

/** A column of a list after the name of its rows. `Sort` are the orders that the list knows. */
export interface Column<Row, Sort extends string> {
  readonly id: string;
  readonly label: string;
  /** The minimal width in pixels, and the share of the remaining width; without a share it keeps its minimum. */
  readonly width: number;
  readonly grows?: number;
  readonly right?: boolean;
  readonly hidden?: boolean;
  /** The columns before it give way too where there is no room for all. */
  readonly keeps?: boolean;
  readonly sorts?: readonly [Sort, Sort?];
  readonly cell: (row: Row) => ReactNode;
}

interface Sized {
  readonly width: number;
  readonly grows?: number;
  readonly keeps?: boolean;
}

const columnGap = 12;

/** The columns that fit: the last ones are dropped first, so that the list never scrolls sideways. */
export function fittingColumns<C extends Sized>(columns: readonly C[], room: number): readonly C[] {
  const widthOf = ({ width }: Sized) => width + columnGap;
  const kept = columns.filter(({ keeps }) => keeps === true);
  let left = room - kept.reduce((sum, column) => sum + widthOf(column), 0);
  return columns.filter((column) => {
    if (column.keeps === true) return true;
    left -= widthOf(column);
    return left >= 0;
  });
}

export function columnTracks(columns: readonly Sized[]): string {
  return columns
    .map(({ width, grows }) => (grows === undefined ? `${width}px` : `minmax(${width}px, ${grows}fr)`))
    .join(" ");
}
