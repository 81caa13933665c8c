import { Link } from "@tanstack/react-router";
import { memo, useRef } from "react";
import type { FlowRunRow } from "../api/types.ts";
import { Checkbox } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { useMedia } from "../components/media.ts";
import { usePageRows } from "../components/page-rows.ts";
import { type Selection, useRowChoice, useRowKeys } from "../components/row-keys.ts";
import { useSize } from "../components/size.ts";
import { RelativeTime } from "../components/time.tsx";
import { isBad, stateLook } from "../states.ts";
import { messageOf } from "./message-of.ts";
import { Ran } from "./ran.tsx";
import { columnTracks, fittingColumns, type RunColumn } from "./run-columns.tsx";
import type { RunSort } from "./runs-search.ts";
import { StateIcon } from "./state.tsx";

const rowHeight = 34;
const narrowRowHeight = 54;
const nameWidth = 168;
const sidePadding = 12;

/** Runs as virtual rows; two lines per row on a narrow screen. */
export function RunList(props: {
  readonly runs: readonly FlowRunRow[];
  readonly columns: readonly RunColumn[];
  readonly fresh?: ReadonlySet<string>;
  readonly selection?: Selection & {
    /** Whether the narrow list has checkboxes too. */
    readonly onNarrow: boolean;
  };
  readonly sort?: { readonly value: RunSort; readonly onChange: (sort: RunSort) => void };
  readonly onEnd?: () => void;
}) {
  const { runs, selection, onEnd } = props;
  const narrow = useMedia("(max-width: 799px)");
  const list = useRef<HTMLDivElement>(null);
  const { width } = useSize(list);
  const columns = fittingColumns(
    props.columns,
    width - nameWidth - 2 * sidePadding - (selection === undefined ? 0 : 40),
  );
  const height = narrow ? narrowRowHeight : rowHeight;
  const { rows, items, topOf } = usePageRows(list, {
    entries: runs,
    height,
    ...(onEnd === undefined ? {} : { onEnd }),
  });

  const choose = useRowChoice(runs, selection);
  const { onKeyDown, onFocus } = useRowKeys(list, {
    rows,
    count: runs.length,
    onSelect: (index, range) => choose(index, selection?.chosen.has(runs[index]?.id ?? "") !== true, range),
  });
  const template = `${selection === undefined ? "" : "28px "}minmax(${nameWidth}px, 1.2fr) ${columnTracks(columns)}`;
  return (
    <div
      ref={list}
      role="table"
      aria-label="Runs"
      aria-rowcount={runs.length + 1}
      className="rounded-lg border bg-surface"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <div role="rowgroup" className={narrow ? "sr-only" : ""}>
        <HeaderRow {...props} columns={columns} template={template} />
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const run = runs[item.index];
          if (run === undefined) return null;
          return (
            <div
              key={item.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              data-row={item.index}
              className={`absolute inset-x-0 grid items-center gap-3 px-3 hover:bg-hover ${item.index === 0 ? "" : "border-t"} ${
                selection?.chosen.has(run.id) === true ? "bg-accent-soft" : ""
              } ${props.fresh?.has(run.id) === true ? "row-new" : ""}`}
              style={{ height, top: topOf(item), gridTemplateColumns: narrow ? "minmax(0, 1fr)" : template }}
            >
              {narrow ? (
                <NarrowRow
                  run={run}
                  chosen={selection?.onNarrow === true ? selection.chosen.has(run.id) : undefined}
                  onChoose={(on) => choose(item.index, on, false)}
                />
              ) : (
                <WideRow
                  run={run}
                  columns={columns}
                  chosen={selection === undefined ? undefined : selection.chosen.has(run.id)}
                  onChoose={(on, range) => choose(item.index, on, range)}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HeaderRow(props: Parameters<typeof RunList>[0] & { readonly template: string }) {
  const { runs, columns, selection, sort, template } = props;
  const chosenCount = selection === undefined ? 0 : runs.filter((run) => selection.chosen.has(run.id)).length;
  return (
    <div
      role="row"
      className="grid h-8 items-center gap-3 border-b px-3 text-xs text-faint"
      style={{ gridTemplateColumns: template }}
    >
      {selection === undefined ? null : (
        <span role="columnheader" className="flex">
          <Checkbox
            label="Select all runs that are loaded"
            checked={chosenCount === 0 ? false : chosenCount === runs.length ? true : "mixed"}
            onChange={(on) => selection.onChange(new Set(on ? runs.map((run) => run.id) : []))}
          />
        </span>
      )}
      <SortHeader label="Run" sorts={["NAME_ASC", "NAME_DESC"]} sort={sort} />
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

function SortHeader(props: {
  readonly label: string;
  readonly right?: boolean;
  readonly sorts: readonly [RunSort, RunSort?] | undefined;
  readonly sort: { readonly value: RunSort; readonly onChange: (sort: RunSort) => void } | undefined;
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

const WideRow = memo(function WideRow(props: {
  readonly run: FlowRunRow;
  readonly columns: readonly RunColumn[];
  readonly chosen: boolean | undefined;
  readonly onChoose: (on: boolean, range: boolean) => void;
}) {
  const { run, columns, chosen } = props;
  return (
    <>
      {chosen === undefined ? null : (
        <span role="cell" className="flex">
          <Checkbox
            label={`Select ${run.name}`}
            checked={chosen}
            onChange={(on) => props.onChoose(on, (window.event as MouseEvent | undefined)?.shiftKey === true)}
          />
        </span>
      )}
      <span role="cell" className="flex min-w-0 items-center gap-2">
        <StateIcon type={run.state_type} name={run.state_name} />
        <Link
          to="/runs/flow-run/$id"
          params={{ id: run.id }}
          className="truncate font-medium hover:underline"
          title={run.name}
        >
          {run.name}
        </Link>
        {run.parent_flow_run_name === null || columns.some((column) => column.id === "parent") ? null : (
          <span
            className="max-w-32 shrink-[3] truncate text-xs text-faint"
            title={`Subflow of ${run.parent_flow_run_name}`}
          >
            in {run.parent_flow_run_name}
          </span>
        )}
      </span>
      {columns.map((column) => (
        <span
          key={column.id}
          role="cell"
          className={`flex min-w-0 ${column.right === true ? "justify-end text-right" : ""}`}
        >
          {column.cell(run)}
        </span>
      ))}
    </>
  );
});

function NarrowRow(props: {
  readonly run: FlowRunRow;
  readonly chosen: boolean | undefined;
  readonly onChoose: (on: boolean) => void;
}) {
  const { run, chosen } = props;
  return (
    <span role="cell" className="flex min-w-0 items-center gap-3">
      {chosen === undefined ? null : (
        <Checkbox label={`Select ${run.name}`} checked={chosen} onChange={props.onChoose} />
      )}
      <span className="grid min-w-0 flex-1 grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-2">
        <StateIcon type={run.state_type} name={run.state_name} />
        <Link to="/runs/flow-run/$id" params={{ id: run.id }} className="truncate py-0.5 font-medium">
          {run.name}
        </Link>
        <Ran run={run} since={run.state?.timestamp} className="text-right text-muted" />
        <span />
        <span className="truncate text-xs text-faint">
          {run.flow_name} · {aboutState(run)}
        </span>
        <RelativeTime time={run.start_time ?? run.expected_start_time} className="text-right text-xs text-faint" />
      </span>
    </span>
  );
}

/** The message of a failure on narrow rows: the icon beside it already shows the state. */
function aboutState(run: FlowRunRow): string {
  const message = isBad(run.state_type) ? messageOf(run)?.split("\n", 1)[0] : undefined;
  return message === undefined || message === "" ? stateLook(run.state_type, run.state_name).label : message;
}
