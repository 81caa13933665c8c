import { Link } from "@tanstack/react-router";
import { memo, type RefObject, useRef } from "react";
import type { DeploymentRow } from "../api/types.ts";
import { RunBars } from "../charts/run-bars.tsx";
import { Checkbox } from "../components/field.tsx";
import { useMedia } from "../components/media.ts";
import { usePageRows } from "../components/page-rows.ts";
import { type Selection, useRowChoice, useRowKeys } from "../components/row-keys.ts";
import { Switch } from "../components/switch.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { successRate } from "../flows/run-figures.ts";
import { seconds } from "../format.ts";
import { StateIcon, StateLabel } from "../runs/state.tsx";
import { DeploymentMenu } from "./deployment-menu.tsx";
import { NextRunTime } from "./next-run-time.tsx";
import type { RowActions } from "./row-actions.tsx";
import { Served } from "./served.tsx";
import { SuccessRate } from "./success-rate.tsx";

const rowHeight = 52;
const narrowRowHeight = 76;
const columns =
  "grid-cols-[32px_minmax(180px,1.4fr)_minmax(130px,1fr)_124px_28px] lg:grid-cols-[32px_minmax(190px,1.4fr)_minmax(150px,1fr)_124px_minmax(92px,0.6fr)_56px_68px_28px]";

/** The same with a box to select the row. */
const columnsWithBox =
  "grid-cols-[16px_32px_minmax(180px,1.4fr)_minmax(130px,1fr)_124px_28px] lg:grid-cols-[16px_32px_minmax(190px,1.4fr)_minmax(150px,1fr)_124px_minmax(92px,0.6fr)_56px_68px_28px]";

/** Deployments as virtual rows of two lines; three lines on a narrow screen. */
export function DeploymentList(props: {
  readonly rows: readonly DeploymentRow[];
  readonly selection?: Selection;
  readonly actions: RowActions;
  readonly onEnd: () => void;
  /** Where the page wants to know whether somebody reads it. */
  readonly list?: RefObject<HTMLDivElement | null>;
}) {
  const { rows: deployments, selection, onEnd } = props;
  const narrow = useMedia("(max-width: 799px)");
  const own = useRef<HTMLDivElement>(null);
  const list = props.list ?? own;
  const height = narrow ? narrowRowHeight : rowHeight;
  const { rows, items, topOf } = usePageRows(list, { entries: deployments, height, onEnd });
  const choose = useRowChoice(deployments, selection);
  const { onKeyDown, onFocus } = useRowKeys(list, {
    rows,
    count: deployments.length,
    onSelect: (index, range) => choose(index, selection?.chosen.has(deployments[index]?.id ?? "") !== true, range),
  });
  const tracks = selection === undefined ? columns : columnsWithBox;
  return (
    <div
      ref={list}
      role="table"
      aria-label="Deployments"
      aria-rowcount={deployments.length + 1}
      className="rounded-lg border bg-surface"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <div role="rowgroup" className={narrow ? "sr-only" : ""}>
        <HeaderRow rows={deployments} selection={selection} tracks={tracks} />
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const row = deployments[item.index];
          if (row === undefined) return null;
          const Row = narrow ? NarrowRow : WideRow;
          return (
            <div
              key={item.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              data-row={item.index}
              className={`absolute inset-x-0 grid items-center gap-x-3 px-3 hover:bg-hover ${item.index === 0 ? "" : "border-t"} ${
                selection?.chosen.has(row.id) === true ? "bg-accent-soft" : ""
              } ${narrow ? "" : tracks}`}
              style={{ height, top: topOf(item) }}
            >
              <Row
                row={row}
                actions={props.actions}
                chosen={selection?.chosen.has(row.id)}
                onChoose={(on, range) => choose(item.index, on, range)}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HeaderRow(props: {
  readonly rows: readonly DeploymentRow[];
  readonly selection: Selection | undefined;
  readonly tracks: string;
}) {
  const { rows, selection } = props;
  const chosen = rows.filter((row) => selection?.chosen.has(row.id) === true).length;
  return (
    <div role="row" className={`${props.tracks} grid h-8 items-center gap-x-3 border-b px-3 text-xs text-faint`}>
      {selection === undefined ? null : (
        <span role="columnheader" className="flex">
          <Checkbox
            label="Select all deployments that are loaded"
            checked={chosen === 0 ? false : chosen === rows.length ? true : "mixed"}
            onChange={(on) => selection.onChange(new Set(on ? rows.map((row) => row.id) : []))}
          />
        </span>
      )}
      <span role="columnheader">On</span>
      <span role="columnheader">Deployment</span>
      <span role="columnheader">Schedule, next run</span>
      <span role="columnheader">Last runs</span>
      <span role="columnheader" className="max-lg:hidden">
        Last run
      </span>
      <span role="columnheader" className="text-right max-lg:hidden" title="Of the last 30 days">
        Success
      </span>
      <span role="columnheader" className="text-right max-lg:hidden" title="Of the runs that completed in 30 days">
        p95
      </span>
      <span role="columnheader">
        <span className="sr-only">Actions</span>
      </span>
    </div>
  );
}

interface RowProps {
  readonly row: DeploymentRow;
  readonly actions: RowActions;
  /** Undefined where rows are not selected. */
  readonly chosen: boolean | undefined;
  readonly onChoose: (on: boolean, range: boolean) => void;
}

const WideRow = memo(function WideRow({ row, actions, chosen, onChoose }: RowProps) {
  const last = row.recent.at(-1);
  return (
    <>
      {chosen === undefined ? null : (
        <span role="cell" className="flex">
          <Checkbox
            label={`Select ${row.name}`}
            checked={chosen}
            onChange={(on) => onChoose(on, (window.event as MouseEvent | undefined)?.shiftKey === true)}
          />
        </span>
      )}
      <span role="cell" className="flex">
        <OnSwitch row={row} actions={actions} />
      </span>
      <span role="cell" className="min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          <NameLink row={row} />
          <span className="shrink-0">
            <Tags tags={row.tags} most={2} />
          </span>
        </span>
        <span className="flex min-w-0 items-center gap-1.5 text-xs text-faint">
          <Link
            to="/flows/flow/$id"
            params={{ id: row.flow_id }}
            className="truncate py-1 hover:text-text hover:underline"
          >
            {row.flow_name}
          </Link>
          {row.work_pool_name === null ? null : (
            <Link
              to="/work-pools/$pool"
              params={{ pool: row.work_pool_name }}
              className="truncate py-1 hover:text-text hover:underline"
            >
              · {row.work_pool_name}
            </Link>
          )}
          <Served deployment={row} />
        </span>
      </span>
      <span role="cell" className="min-w-0">
        <ScheduleWords row={row} />
        <NextRunTime next={row.next_run} paused={row.paused} className="block truncate text-xs" />
      </span>
      <span role="cell" className="flex min-w-0">
        <RunBars runs={row.recent} most={20} height={30} label={`Recent runs of ${row.name}`} />
      </span>
      <span role="cell" className="min-w-0 max-lg:hidden">
        {last === undefined ? (
          <span className="text-faint">–</span>
        ) : (
          <>
            <Link to="/runs/flow-run/$id" params={{ id: last.id }} className="flex min-w-0 hover:underline">
              <StateLabel type={last.state_type} name={last.state_name} />
            </Link>
            <RelativeTime time={last.start} className="text-xs text-faint" />
          </>
        )}
      </span>
      <span role="cell" className="text-right max-lg:hidden">
        <SuccessRate deployment={row} />
      </span>
      <span role="cell" className="text-right text-muted max-lg:hidden">
        {row.p95 === null ? <span className="text-faint">–</span> : seconds(row.p95)}
      </span>
      <span role="cell">
        <DeploymentMenu row={row} actions={actions} />
      </span>
    </>
  );
});

const NarrowRow = memo(function NarrowRow({ row, actions }: RowProps) {
  const last = row.recent.at(-1);
  const rate = successRate(row.counts);
  return (
    <span role="cell" className="grid min-w-0 grid-cols-[32px_minmax(0,1fr)_auto] items-center gap-x-3">
      <OnSwitch row={row} actions={actions} />
      <span className="min-w-0">
        <span className="flex min-w-0 items-center gap-1.5">
          {last === undefined ? null : <StateIcon type={last.state_type} name={last.state_name} />}
          <NameLink row={row} />
        </span>
        <span className="block truncate text-xs text-faint">
          {row.flow_name}
          {rate === null ? "" : ` · ${Math.round(rate * 100)} %`}
        </span>
        <span className="flex min-w-0 gap-1.5 text-xs">
          <span className="truncate text-muted">{wordsOf(row) ?? "no schedule"}</span>
          <NextRunTime next={row.next_run} paused={row.paused} className="shrink-0" />
          <Served deployment={row} short />
        </span>
      </span>
      <DeploymentMenu row={row} actions={actions} />
    </span>
  );
});

function OnSwitch({ row, actions }: Pick<RowProps, "row" | "actions">) {
  return (
    <Switch
      label={row.paused ? `${row.name} is paused: resume it` : `${row.name} is on: pause it`}
      on={!row.paused}
      onChange={(on) => actions.onPause(row, !on)}
    />
  );
}

function NameLink({ row }: { readonly row: DeploymentRow }) {
  return (
    <Link
      to="/deployments/$id"
      params={{ id: row.id }}
      className="truncate py-0.5 font-medium hover:underline"
      title={row.name}
    >
      {row.name}
    </Link>
  );
}

function ScheduleWords({ row }: { readonly row: DeploymentRow }) {
  const words = wordsOf(row);
  if (words === undefined) return <span className="block truncate text-faint">no schedule</span>;
  return (
    <span className="block truncate" title={row.schedules.map((schedule) => schedule.words).join("\n")}>
      {words}
    </span>
  );
}

/** The first active schedule, and how many there are beside it. */
function wordsOf({ schedules }: DeploymentRow): string | undefined {
  const first = schedules.find(({ active }) => active) ?? schedules[0];
  if (first === undefined) return undefined;
  const others = schedules.length === 1 ? "" : `, and ${schedules.length - 1} more`;
  return `${first.active ? "" : "off: "}${first.words}${others}`;
}
