import { Link, useNavigate } from "@tanstack/react-router";
import { memo, useRef } from "react";
import type { WorkPoolRow } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { copyText } from "../components/copy.tsx";
import { Icon } from "../components/icon.tsx";
import { useMedia } from "../components/media.ts";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { usePageRows } from "../components/page-rows.ts";
import { useRowKeys } from "../components/row-keys.ts";
import { SlotMeter } from "../components/slot-meter.tsx";
import { Switch } from "../components/switch.tsx";
import { amount, count } from "../format.ts";
import { LateRuns } from "./late-runs.tsx";
import { PlaceStatusLabel } from "./place-status.tsx";
import type { PoolActions } from "./pool-actions.tsx";
import { lookOfPoolType } from "./pool-types.ts";

const rowHeight = 52;
const narrowRowHeight = 76;
const columns =
  "grid-cols-[32px_minmax(130px,1fr)_minmax(130px,1.2fr)_60px_140px_76px_28px] lg:grid-cols-[32px_minmax(170px,1fr)_minmax(180px,1.4fr)_64px_64px_16px_150px_100px_28px]";

/** Work pools as virtual rows of two lines; three lines on a narrow screen. */
export function WorkPoolList(props: {
  readonly pools: readonly WorkPoolRow[];
  readonly actions: PoolActions;
  readonly onEnd: () => void;
}) {
  const { pools, actions, onEnd } = props;
  const narrow = useMedia("(max-width: 959px)");
  const list = useRef<HTMLDivElement>(null);
  const height = narrow ? narrowRowHeight : rowHeight;
  const { rows, items, topOf } = usePageRows(list, { entries: pools, height, onEnd });
  const { onKeyDown, onFocus } = useRowKeys(list, { rows, count: pools.length });
  const Row = narrow ? NarrowRow : WideRow;
  return (
    <div
      ref={list}
      role="table"
      aria-label="Work pools"
      aria-rowcount={pools.length + 1}
      className="rounded-lg border bg-surface"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <div role="rowgroup" className={narrow ? "sr-only" : ""}>
        <HeaderRow />
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const pool = pools[item.index];
          if (pool === undefined) return null;
          return (
            <div
              key={item.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              data-row={item.index}
              className={`absolute inset-x-0 grid items-center gap-x-3 px-3 hover:bg-hover ${
                item.index === 0 ? "" : "border-t"
              } ${narrow ? "" : columns}`}
              style={{ height, top: topOf(item) }}
            >
              <Row pool={pool} actions={actions} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HeaderRow() {
  return (
    <div role="row" className={`${columns} grid h-8 items-center gap-x-3 border-b px-3 text-xs text-faint`}>
      <span role="columnheader">On</span>
      <span role="columnheader">Work pool</span>
      <span role="columnheader">Status</span>
      <span role="columnheader" className="text-right" title="Workers that are online">
        Workers
      </span>
      <span role="columnheader" className="text-right max-lg:hidden">
        Running
      </span>
      <span className="max-lg:hidden" />
      <span role="columnheader" title="Runs that are pending, running or cancelling, and the limit of the pool">
        Slots
      </span>
      <span role="columnheader">Late</span>
      <span role="columnheader">
        <span className="sr-only">Actions</span>
      </span>
    </div>
  );
}

interface RowProps {
  readonly pool: WorkPoolRow;
  readonly actions: PoolActions;
}

const WideRow = memo(function WideRow({ pool, actions }: RowProps) {
  return (
    <>
      <span role="cell" className="flex">
        <OnSwitch pool={pool} actions={actions} />
      </span>
      <span role="cell" className="min-w-0">
        <NameLink pool={pool} />
        <TypeText pool={pool} />
      </span>
      <span role="cell" className="min-w-0">
        <PlaceStatusLabel status={pool.is_paused ? "PAUSED" : pool.status} />
        <Problem pool={pool} />
      </span>
      <span role="cell" className="text-right">
        <Workers pool={pool} />
      </span>
      <span role="cell" className="figures text-right max-lg:hidden">
        {pool.running === 0 ? <span className="text-faint">–</span> : count(pool.running)}
      </span>
      <span className="max-lg:hidden" />
      <span role="cell" className="flex min-w-0">
        <SlotMeter label={`Slots of ${pool.name}`} taken={pool.active_slots} limit={pool.concurrency_limit} />
      </span>
      <span role="cell" className="min-w-0">
        <LateRuns late={pool.late} since={pool.late_since} />
      </span>
      <span role="cell">
        <PoolMenu pool={pool} actions={actions} />
      </span>
    </>
  );
});

const NarrowRow = memo(function NarrowRow({ pool, actions }: RowProps) {
  return (
    <span role="cell" className="grid min-w-0 grid-cols-[32px_minmax(0,1fr)_auto] items-center gap-x-3">
      <OnSwitch pool={pool} actions={actions} />
      <span className="min-w-0">
        <NameLink pool={pool} />
        <span className="flex min-w-0 items-center gap-2 text-xs">
          <PlaceStatusLabel status={pool.is_paused ? "PAUSED" : pool.status} />
          <span className="truncate text-faint">{lookOfPoolType(pool.type).label}</span>
        </span>
        <span className="flex min-w-0 items-center gap-2 text-xs text-muted">
          <SlotMeter label={`Slots of ${pool.name}`} taken={pool.active_slots} limit={pool.concurrency_limit} />
          {pool.workers_online === 0 ? null : <span className="shrink-0">{amount(pool.workers_online, "worker")}</span>}
          {pool.late === 0 ? null : <span className="text-(--state-late)">{count(pool.late)} late</span>}
        </span>
      </span>
      <PoolMenu pool={pool} actions={actions} />
    </span>
  );
});

function OnSwitch({ pool, actions }: RowProps) {
  return (
    <Switch
      label={pool.is_paused ? `${pool.name} is paused: resume it` : `${pool.name} is on: pause it`}
      on={!pool.is_paused}
      onChange={(on) => actions.onPause(pool, !on)}
    />
  );
}

function NameLink({ pool }: Pick<RowProps, "pool">) {
  return (
    <Link
      to="/work-pools/$pool"
      params={{ pool: pool.name }}
      className="block truncate py-0.5 font-medium hover:underline"
      title={pool.description === null || pool.description === "" ? pool.name : pool.description}
    >
      {pool.name}
    </Link>
  );
}

function TypeText({ pool }: Pick<RowProps, "pool">) {
  const { label, icon } = lookOfPoolType(pool.type);
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-xs text-faint">
      <Icon name={icon} className="size-3.5" />
      <span className="truncate">{label}</span>
    </span>
  );
}

function Problem({ pool }: Pick<RowProps, "pool">) {
  if (pool.problem === null || pool.is_paused) return null;
  return (
    <span className="block truncate text-xs text-muted" title={pool.problem}>
      {pool.problem}
    </span>
  );
}

function Workers({ pool }: Pick<RowProps, "pool">) {
  if (pool.workers_online > 0) return <span className="figures">{count(pool.workers_online)}</span>;
  return <span className={pool.late > 0 ? "font-medium text-(--state-late)" : "text-faint"}>none</span>;
}

function PoolMenu({ pool, actions }: RowProps) {
  const navigate = useNavigate();
  return (
    <Menu align="end" trigger={<IconButton icon="more" label={`Actions on ${pool.name}`} />}>
      <MenuItem icon={pool.is_paused ? "play" : "pause"} onSelect={() => actions.onPause(pool, !pool.is_paused)}>
        {pool.is_paused ? "Resume" : "Pause"}
      </MenuItem>
      <MenuItem icon="runs" onSelect={() => void navigate({ to: "/runs", search: { pool: [pool.name] } })}>
        All runs
      </MenuItem>
      <MenuItem icon="copy" onSelect={() => void copyText(pool.id)}>
        Copy the id
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="trash" danger onSelect={() => actions.onDelete(pool)}>
        Delete…
      </MenuItem>
    </Menu>
  );
}
