import { Link, useNavigate } from "@tanstack/react-router";
import type { RefObject } from "react";
import type { AutomationRow } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { copyText } from "../components/copy.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { OnSwitch } from "../components/on-switch.tsx";
import { usePageRows } from "../components/page-rows.ts";
import { useRowKeys } from "../components/row-keys.ts";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { automationSentence, type Names } from "./automation-words.ts";
import { FiringMarks } from "./firing-marks.tsx";
import type { AutomationActions } from "./use-automation-actions.tsx";

export type ListedAutomation = AutomationRow & { readonly id: string };

const columns = "grid-cols-[32px_minmax(0,1fr)_28px] md:grid-cols-[32px_minmax(0,1fr)_120px_100px_28px]";
const rowHeight = 72;

/** Automations by name: each with its switch, what it does in a sentence, its last firings, and why an action failed last. */
export function AutomationList(props: {
  readonly rows: readonly ListedAutomation[];
  readonly names: Names;
  readonly actions: AutomationActions;
  readonly list: RefObject<HTMLDivElement | null>;
}) {
  const { rows, names, actions, list } = props;
  const { rows: virtual, items, topOf } = usePageRows(list, { entries: rows, height: rowHeight });
  const { onKeyDown, onFocus } = useRowKeys(list, { rows: virtual, count: rows.length });
  return (
    <div
      ref={list}
      role="table"
      aria-label="Automations"
      aria-rowcount={rows.length + 1}
      className="rounded-lg border bg-surface"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <div role="rowgroup" className="max-md:sr-only">
        <div role="row" className={`${columns} grid h-8 items-center gap-x-3 border-b px-3 text-xs text-faint`}>
          <span role="columnheader">On</span>
          <span role="columnheader">Automation</span>
          <span role="columnheader">Last firings</span>
          <span role="columnheader">Fired</span>
          <span role="columnheader">
            <span className="sr-only">Actions</span>
          </span>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={item.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              data-row={item.index}
              className={`absolute inset-x-0 grid items-center gap-x-3 px-3 hover:bg-hover ${columns} ${
                item.index === 0 ? "" : "border-t"
              }`}
              style={{ height: rowHeight, top: topOf(item) }}
            >
              <Row row={row} names={names} actions={actions} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row(props: { readonly row: ListedAutomation; readonly names: Names; readonly actions: AutomationActions }) {
  const { row, names, actions } = props;
  const { automation, firings } = row;
  const { id, name, tags } = automation;
  const [last] = firings;
  return (
    <>
      <span role="cell" className="flex">
        <OnSwitch of={automation} onSwitch={actions.onSwitch} />
      </span>
      <span role="cell" className="min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          <Link
            to="/automations/automation/$id"
            params={{ id }}
            dir="auto"
            title={name}
            className="truncate py-0.5 font-medium hover:underline"
          >
            {name}
          </Link>
          <Tags tags={tags} most={2} />
        </span>
        <span className="block truncate text-muted" title={automationSentence(automation, names)}>
          {automationSentence(automation, names)}
        </span>
        {last?.outcome === "FAILED" && last.reason !== null ? (
          <span className="block truncate text-xs text-danger" title={last.reason}>
            Last firing: {last.reason}
          </span>
        ) : (
          <span className="block truncate text-xs text-faint md:hidden">
            {last === undefined ? "It has not fired yet" : "Fired "}
            {last === undefined ? null : <RelativeTime time={last.occurred} />}
          </span>
        )}
      </span>
      <span role="cell" className="max-md:hidden">
        <FiringMarks firings={firings} />
      </span>
      <span role="cell" className="max-md:hidden">
        <RelativeTime time={last?.occurred} />
      </span>
      <span role="cell">
        <AutomationMenu row={row} actions={actions} />
      </span>
    </>
  );
}

function AutomationMenu({ row: { automation }, actions }: Pick<Parameters<typeof Row>[0], "row" | "actions">) {
  const navigate = useNavigate();
  const { id, name } = automation;
  return (
    <Menu align="end" trigger={<IconButton icon="more" label={`Actions on ${name}`} />}>
      <MenuItem icon="edit" onSelect={() => void navigate({ to: "/automations/automation/$id/edit", params: { id } })}>
        Edit
      </MenuItem>
      <MenuItem icon="plus" onSelect={() => void navigate({ to: "/automations/new", search: { copy: id } })}>
        Duplicate
      </MenuItem>
      <MenuItem icon="play" onSelect={() => actions.onRun(automation)}>
        Run the actions now…
      </MenuItem>
      <MenuItem icon="copy" onSelect={() => void copyText(id)}>
        Copy the id
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="trash" danger onSelect={() => actions.onDelete(automation)}>
        Delete…
      </MenuItem>
    </Menu>
  );
}
