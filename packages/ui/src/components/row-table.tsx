import { memo, type ReactNode, type RefObject, useCallback, useMemo, useRef } from "react";
import { type Column, columnTracks, fittingColumns } from "./columns.ts";
import { Checkbox } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { useMedia } from "./media.ts";
import { usePageRows } from "./page-rows.ts";
import { type Selection, useRowChoice, useRowKeys } from "./row-keys.ts";
import { useSize } from "./size.ts";

const rowHeight = 34;
const narrowRowHeight = 54;
const headHeight = 32;
const nameWidth = 168;
const sidePadding = 12;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The first column, which says what a row is. */
export interface NameColumn<Row, Sort extends string> {
  readonly label: string;
  readonly sorts: readonly [Sort, Sort?];
  /** `shown` are the ids of the columns beside it. */
  readonly cell: (row: Row, shown: readonly string[]) => ReactNode;
}

export interface RowOrder<Sort extends string> {
  readonly value: Sort;
  readonly onChange: (sort: Sort) => void;
}

export interface RowTableProps<Row extends Named, Sort extends string> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly name: NameColumn<Row, Sort>;
  readonly columns: readonly Column<Row, Sort>[];
  /** The two lines of a row on a narrow screen. */
  readonly narrow: (row: Row) => ReactNode;
  /** Rows that have just come. */
  readonly fresh?: ReadonlySet<string>;
  readonly selection?: Selection & {
    /** Whether the narrow list has checkboxes too. */
    readonly onNarrow: boolean;
  };
  readonly sort?: RowOrder<Sort>;
  readonly onEnd?: () => void;
  /** The element of the list, for whoever asks whether it is being read. */
  readonly list?: RefObject<HTMLDivElement | null>;
}

/** A long list as virtual rows under a header that stays in sight; two lines per row on a narrow screen. */
export function RowTable<Row extends Named, Sort extends string>(props: RowTableProps<Row, Sort>) {
  const { rows: all, selection, onEnd, columns: wanted } = props;
  const narrow = useMedia("(max-width: 799px)");
  const own = useRef<HTMLDivElement>(null);
  const list = props.list ?? own;
  const { width } = useSize(list);
  const room = width - nameWidth - 2 * sidePadding - (selection === undefined ? 0 : 40);
  const columns = useMemo(() => fittingColumns(wanted, room), [wanted, room]);
  const height = narrow ? narrowRowHeight : rowHeight;
  const { rows, items, topOf } = usePageRows(list, {
    entries: all,
    height,
    headHeight: narrow ? 0 : headHeight,
    ...(onEnd === undefined ? {} : { onEnd }),
  });
  const choose = useRowChoice(all, selection);
  const latest = useRef(choose);
  latest.current = choose;
  const onChoose = useCallback<typeof choose>((index, on, range) => latest.current(index, on, range), []);
  const { onKeyDown, onFocus } = useRowKeys(list, {
    rows,
    count: all.length,
    onSelect: (index, range) => choose(index, selection?.chosen.has(all[index]?.id ?? "") !== true, range),
  });
  const sort = props.sort && {
    value: props.sort.value,
    onChange: (by: Sort) => {
      // The header stays in sight far below the beginning, with which another order begins.
      const top = document.getElementById("main")?.getBoundingClientRect().top ?? 0;
      if ((list.current?.getBoundingClientRect().top ?? top) < top) list.current?.scrollIntoView();
      props.sort?.onChange(by);
    },
  };
  const template = `${selection === undefined ? "" : "28px "}minmax(${nameWidth}px, 1.2fr) ${columnTracks(columns)}`;
  return (
    <div
      ref={list}
      role="table"
      aria-label={props.label}
      aria-rowcount={all.length + 1}
      className="rounded-lg border bg-surface"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <div role="rowgroup" className={narrow ? "sr-only" : "sticky top-0 z-10 rounded-t-lg bg-surface"}>
        <HeaderRow {...props} {...(sort === undefined ? {} : { sort })} columns={columns} template={template} />
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const row = all[item.index];
          if (row === undefined) return null;
          const chosen = selection?.chosen.has(row.id);
          const hasBox = narrow ? selection?.onNarrow === true : selection !== undefined;
          return (
            <div
              key={item.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              data-row={item.index}
              className={`absolute inset-x-0 grid items-center gap-3 px-3 hover:bg-hover ${item.index === 0 ? "" : "border-t"} ${
                chosen === true ? "bg-accent-soft" : ""
              } ${props.fresh?.has(row.id) === true ? "row-new" : ""}`}
              style={{ height, top: topOf(item), gridTemplateColumns: narrow ? "minmax(0, 1fr)" : template }}
            >
              {narrow ? (
                <NarrowRow
                  row={row}
                  index={item.index}
                  lines={props.narrow}
                  chosen={hasBox ? chosen : undefined}
                  onChoose={onChoose}
                />
              ) : (
                <WideRow
                  row={row}
                  index={item.index}
                  name={props.name}
                  columns={columns}
                  chosen={hasBox ? chosen : undefined}
                  onChoose={onChoose}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HeaderRow<Row extends Named, Sort extends string>(
  props: RowTableProps<Row, Sort> & { readonly template: string },
) {
  const { rows, name, columns, selection, sort, template } = props;
  const chosenCount = selection === undefined ? 0 : rows.filter((row) => selection.chosen.has(row.id)).length;
  return (
    <div
      role="row"
      className="grid items-center gap-3 border-b px-3 text-xs text-faint"
      style={{ gridTemplateColumns: template, height: headHeight }}
    >
      {selection === undefined ? null : (
        <span role="columnheader" className="flex">
          <Checkbox
            label="Select all runs that are loaded"
            checked={chosenCount === 0 ? false : chosenCount === rows.length ? true : "mixed"}
            onChange={(on) => selection.onChange(new Set(on ? rows.map((row) => row.id) : []))}
          />
        </span>
      )}
      <SortHeader label={name.label} sorts={name.sorts} sort={sort} />
      {columns.map((column) => (
        <SortHeader
          key={column.id}
          label={column.label}
          right={column.right === true}
          sorts={column.sorts}
          sort={sort}
        />
      ))}
    </div>
  );
}

function SortHeader<Sort extends string>(props: {
  readonly label: string;
  readonly right?: boolean;
  readonly sorts: readonly [Sort, Sort?] | undefined;
  readonly sort: RowOrder<Sort> | undefined;
}) {
  const { label, sorts, sort, right = false } = props;
  const on = sorts !== undefined && sort !== undefined && sorts.includes(sort.value);
  const rising = on && sort.value.endsWith("_ASC");
  return (
    <span
      role="columnheader"
      aria-sort={on ? (rising ? "ascending" : "descending") : undefined}
      className={`flex min-w-0 ${right ? "justify-end" : ""}`}
    >
      {sorts === undefined || sort === undefined ? (
        <span className="truncate">{label}</span>
      ) : (
        <button
          type="button"
          className={`inline-flex items-center gap-0.5 hover:text-text ${on ? "text-text" : ""}`}
          onClick={() => sort.onChange(sort.value === sorts[0] && sorts[1] !== undefined ? sorts[1] : sorts[0])}
        >
          {label}
          {on ? <Icon name={rising ? "arrowUp" : "arrowDown"} className="size-3" /> : null}
        </button>
      )}
    </span>
  );
}

interface RowProps<Row> {
  readonly row: Row;
  readonly index: number;
  /** Undefined where rows have no checkbox. */
  readonly chosen: boolean | undefined;
  readonly onChoose: (index: number, on: boolean, range: boolean) => void;
}

interface WideProps<Row, Sort extends string> extends RowProps<Row> {
  readonly name: NameColumn<Row, Sort>;
  readonly columns: readonly Column<Row, Sort>[];
}

function WideCells<Row extends Named, Sort extends string>(props: WideProps<Row, Sort>) {
  const { row, index, columns, chosen } = props;
  return (
    <>
      {chosen === undefined ? null : (
        <span role="cell" className="flex">
          <Checkbox
            label={`Select ${row.name}`}
            checked={chosen}
            onChange={(on) => props.onChoose(index, on, (window.event as MouseEvent | undefined)?.shiftKey === true)}
          />
        </span>
      )}
      <span role="cell" className="flex min-w-0 items-center gap-2">
        {props.name.cell(
          row,
          columns.map(({ id }) => id),
        )}
      </span>
      {columns.map((column) => (
        <span
          key={column.id}
          role="cell"
          className={`flex min-w-0 ${column.right === true ? "justify-end text-right" : ""}`}
        >
          {column.cell(row)}
        </span>
      ))}
    </>
  );
}

interface NarrowProps<Row> extends RowProps<Row> {
  readonly lines: (row: Row) => ReactNode;
}

function NarrowCell<Row extends Named>({ row, index, lines, chosen, onChoose }: NarrowProps<Row>) {
  return (
    <span role="cell" className="flex min-w-0 items-center gap-3">
      {chosen === undefined ? null : (
        <Checkbox label={`Select ${row.name}`} checked={chosen} onChange={(on) => onChoose(index, on, false)} />
      )}
      <span className="grid min-w-0 flex-1 grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-2">{lines(row)}</span>
    </span>
  );
}

// A row is drawn again only when it changes itself. `memo` forgets type parameters, which the assertions give back.
const WideRow = memo(WideCells) as typeof WideCells;
const NarrowRow = memo(NarrowCell) as typeof NarrowCell;
