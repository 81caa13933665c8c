import { Icon } from "../../components/icon.tsx";
import { count, countingDuration, duration } from "../../format.ts";
import { countWords, failuresIn } from "../../runs/count-words.ts";
import { StateIcon } from "../../runs/state.tsx";
import { ranOf, rowSpan } from "./spells.ts";
import { groupState, memberCounts, type TimelineRow } from "./timeline-model.ts";

/** One line of the tree: name, state, duration. */
export function Row(props: {
  readonly row: TimelineRow;
  readonly active: boolean;
  readonly selected: boolean;
  readonly top: number;
  readonly height: number;
  /** Milliseconds; unfinished runs last until then. */
  readonly now: number;
  readonly labelWidth: number;
  /** The space is small, and the name takes precedence. */
  readonly narrow: boolean;
  /** Some row can be opened, so all rows reserve space for the icon. */
  readonly openable: boolean;
  readonly id: string;
  readonly position: readonly [number, number];
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}) {
  const { row } = props;
  const member = row.members[0] ?? 0;
  const type = row.kind === "group" ? groupState(row) : (row.source.state_type[member] ?? null);
  const name = row.kind === "group" ? null : (row.source.state_name[member] ?? null);
  const spent = row.kind === "group" ? groupTime(row, props.now) : runTime(row, member, props.now);
  const counts = row.kind === "group" ? memberCounts(row) : undefined;
  const failures = counts === undefined ? 0 : failuresIn(counts);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys
    <div
      role="treeitem"
      tabIndex={-1}
      id={props.id}
      aria-level={row.depth + 1}
      aria-posinset={props.position[0]}
      aria-setsize={props.position[1]}
      aria-selected={props.selected}
      {...(row.kind === "task" ? {} : { "aria-expanded": row.open })}
      onClick={props.onChoose}
      className={`absolute inset-x-0 flex cursor-pointer select-none items-center hover:bg-hover ${props.active ? "outline-2 -outline-offset-2 outline-accent [[role=tree]:not(:focus-visible)_&]:outline-none" : ""}`}
      style={{ top: props.top, height: props.height }}
    >
      <span
        className={`flex h-full min-w-0 items-center gap-1.5 border-r pr-2 ${props.selected ? "bg-accent-soft" : ""}`}
        style={{ width: props.labelWidth, paddingLeft: 8 + row.depth * 14 }}
      >
        {row.kind === "task" ? (
          props.openable ? (
            <span className="w-3 shrink-0" />
          ) : null
        ) : (
          <button
            type="button"
            tabIndex={-1}
            aria-label={row.open ? "Close" : "Open"}
            className="-m-1 shrink-0 rounded-sm p-1 text-faint hover:text-text"
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle();
            }}
          >
            <Icon name={row.open ? "chevronDown" : "chevronRight"} className="size-3" />
          </button>
        )}
        <StateIcon type={type} name={name} className="size-3.5" />
        <Name label={row.label} />
        {counts === undefined ? null : (
          // In a narrow column it gives way before the name does.
          <span className="min-w-0 shrink-1000 truncate text-xs text-faint" title={countWords(counts)}>
            × {count(row.members.length)}
            {failures === 0 || props.narrow ? null : (
              <span className="text-(--state-failed)"> · {count(failures)} failed</span>
            )}
            <span className="sr-only"> · {countWords(counts)}</span>
          </span>
        )}
        {props.narrow ? (
          <span className="sr-only">{spent}</span>
        ) : (
          <span className="ml-auto shrink-0 pl-1 text-xs text-faint">{spent}</span>
        )}
      </span>
    </div>
  );
}

/** A run's time running; a wait is no part of it. */
function runTime({ source }: TimelineRow, member: number, now: number): string {
  const ran = ranOf(source, member, now);
  if (ran === null) return "";
  return source.state_type[member] === "RUNNING" ? countingDuration(ran) : duration(ran);
}

/** From the first start of a group to its last end. */
function groupTime(row: TimelineRow, now: number): string {
  const { start, end } = rowSpan(row);
  if (start === null) return "";
  return end === null ? countingDuration(now - start) : duration(end - start);
}

/** A truncated name keeps its final number, which distinguishes it from its neighbours. */
function Name({ label }: { readonly label: string }) {
  const end = /-(?:\d+|[0-9a-f]{3})$/.exec(label)?.[0] ?? "";
  return (
    <bdi className="flex min-w-0" title={label}>
      <span className="sr-only">{label}</span>
      <span aria-hidden="true" className="min-w-0 truncate">
        {label.slice(0, label.length - end.length)}
      </span>
      {end === "" ? null : (
        <span aria-hidden="true" className="shrink-0">
          {end}
        </span>
      )}
    </bdi>
  );
}
