import { Link, useNavigate } from "@tanstack/react-router";
import { memo, type RefObject } from "react";
import type { LimitRow } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { copyText } from "../components/copy.tsx";
import { useMedia } from "../components/media.ts";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { usePageRows } from "../components/page-rows.ts";
import { useRowKeys } from "../components/row-keys.ts";
import { SlotMeter } from "../components/slot-meter.tsx";
import { Switch } from "../components/switch.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";
import { countedText, isMadeByPeople, limitLabel, rateText } from "./limit-words.ts";
import { useTaken } from "./taken.ts";
import type { LimitActions } from "./use-limit-actions.tsx";

const rowHeight = 52;
const narrowRowHeight = 80;
const columns =
  "grid-cols-[32px_minmax(160px,1.4fr)_180px_64px_4px_96px_28px] lg:grid-cols-[32px_minmax(200px,1.6fr)_190px_150px_76px_8px_110px_110px_28px]";

/** Limits as virtual rows of two lines; three lines on a narrow screen. */
export function LimitList(props: {
  readonly limits: readonly LimitRow[];
  readonly actions: LimitActions;
  readonly list: RefObject<HTMLDivElement | null>;
  readonly onEnd: () => void;
}) {
  const { limits, actions, list, onEnd } = props;
  const narrow = useMedia("(max-width: 959px)");
  const height = narrow ? narrowRowHeight : rowHeight;
  const { rows, items, topOf } = usePageRows(list, { entries: limits, height, onEnd });
  const { onKeyDown, onFocus } = useRowKeys(list, { rows, count: limits.length });
  const Row = narrow ? NarrowRow : WideRow;
  return (
    <div
      ref={list}
      role="table"
      aria-label="Concurrency limits"
      aria-rowcount={limits.length + 1}
      className="rounded-lg border bg-surface"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <div role="rowgroup" className={narrow ? "sr-only" : ""}>
        <HeaderRow />
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const limit = limits[item.index];
          if (limit === undefined) return null;
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
              <Row limit={limit} actions={actions} />
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
      <span role="columnheader">Limit</span>
      <span role="columnheader">Slots</span>
      <span role="columnheader" className="max-lg:hidden" title="How taken slots become free">
        Free again
      </span>
      <span role="columnheader" className="text-right">
        Waiting
      </span>
      <span />
      <span role="columnheader" title="How long the first in line has been waiting">
        Longest wait
      </span>
      <span role="columnheader" className="max-lg:hidden" title="Since when no slot has been free">
        Full since
      </span>
      <span role="columnheader">
        <span className="sr-only">Actions</span>
      </span>
    </div>
  );
}

interface RowProps {
  readonly limit: LimitRow;
  readonly actions: LimitActions;
}

const WideRow = memo(function WideRow({ limit, actions }: RowProps) {
  return (
    <>
      <span role="cell" className="flex">
        <ActiveSwitch limit={limit} actions={actions} />
      </span>
      <span role="cell" className="min-w-0">
        <NameLink limit={limit} />
        <Counted limit={limit} />
      </span>
      <span role="cell" className="flex min-w-0">
        <Slots limit={limit} />
      </span>
      <span role="cell" className="truncate text-muted max-lg:hidden">
        {limit.slot_decay_per_second > 0 ? rateText(limit.slot_decay_per_second) : "when given back"}
      </span>
      <span role="cell" className="figures text-right">
        {limit.waiting === 0 ? <span className="text-faint">–</span> : count(limit.waiting)}
      </span>
      <span />
      <span role="cell" className="text-(--state-late)">
        <Elapsed start={limit.waiting_since} end={null} />
      </span>
      <span role="cell" className="max-lg:hidden">
        <RelativeTime time={limit.full_since} />
      </span>
      <span role="cell">
        <LimitMenu limit={limit} actions={actions} />
      </span>
    </>
  );
});

const NarrowRow = memo(function NarrowRow({ limit, actions }: RowProps) {
  return (
    <span role="cell" className="grid min-w-0 grid-cols-[32px_minmax(0,1fr)_auto] items-center gap-x-3">
      <ActiveSwitch limit={limit} actions={actions} />
      <span className="min-w-0">
        <NameLink limit={limit} />
        <Counted limit={limit} />
        <span className="flex min-w-0 items-center gap-2 text-xs text-muted">
          <Slots limit={limit} />
          {limit.waiting === 0 ? null : (
            <span className="truncate text-(--state-late)">
              {count(limit.waiting)} waiting, <Elapsed start={limit.waiting_since} end={null} />
            </span>
          )}
        </span>
      </span>
      <LimitMenu limit={limit} actions={actions} />
    </span>
  );
});

function Slots({ limit }: Pick<RowProps, "limit">) {
  const taken = useTaken(limit);
  if (!limit.active) return <span className="text-faint">limits nothing</span>;
  return <SlotMeter label={`Slots of ${limitLabel(limit)}`} taken={taken} limit={limit.limit} />;
}

/** Deployments and programs say themselves what they limit. */
function ActiveSwitch({ limit, actions }: RowProps) {
  if (!isMadeByPeople(limit)) return null;
  return (
    <Switch
      label={limit.active ? `${limit.name} is on: switch it off` : `${limit.name} is off: switch it on`}
      on={limit.active}
      onChange={(on) => actions.onSwitch(limit, on)}
    />
  );
}

function NameLink({ limit }: Pick<RowProps, "limit">) {
  const label = limitLabel(limit);
  return (
    <Link
      to="/concurrency-limits/$limit"
      params={{ limit: limit.name }}
      dir="auto"
      className="block truncate py-0.5 font-medium hover:underline"
      title={label}
    >
      {label}
    </Link>
  );
}

function Counted({ limit }: Pick<RowProps, "limit">) {
  return <span className="block truncate text-xs text-faint">{countedText(limit)}</span>;
}

function LimitMenu({ limit, actions }: RowProps) {
  const navigate = useNavigate();
  const { deployment } = limit;
  return (
    <Menu align="end" trigger={<IconButton icon="more" label={`Actions on ${limitLabel(limit)}`} />}>
      {isMadeByPeople(limit) ? (
        <MenuItem icon="edit" onSelect={() => actions.onEdit(limit)}>
          Edit…
        </MenuItem>
      ) : null}
      {deployment === null ? null : (
        <MenuItem
          icon="deployments"
          onSelect={() => void navigate({ to: "/deployments/$id", params: { id: deployment.id } })}
        >
          Open the deployment
        </MenuItem>
      )}
      <MenuItem icon="copy" onSelect={() => void copyText(limit.id)}>
        Copy the id
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="retry" disabled={limit.active_slots === 0} onSelect={() => actions.onReset(limit)}>
        Reset…
      </MenuItem>
      {isMadeByPeople(limit) ? (
        <MenuItem icon="trash" danger onSelect={() => actions.onDelete(limit)}>
          Delete…
        </MenuItem>
      ) : null}
    </Menu>
  );
}
