import type { Timeline } from "../../api/types.ts";
import { amount, count } from "../../format.ts";
import { StateIcon } from "../../runs/state.tsx";
import { type StateType, stateColor, stateLook } from "../../states.ts";
import { GraphCells } from "./graph-cells.tsx";
import { type GraphNode, nodeHeight } from "./graph-model.ts";

/** A task run, or the runs of one task, which open as cells. */
export function GraphBox(props: {
  readonly node: GraphNode;
  readonly timeline: Timeline;
  readonly opened: boolean;
  /** Whether it contains other boxes below its own line. */
  readonly isFrame: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
  readonly onToggle: () => void;
}) {
  const { node, timeline, opened, selected, onSelect } = props;
  const first = node.members[0] ?? 0;
  const id = timeline.id[first];
  if (node.members.length === 1) {
    const chosen = id === selected;
    return (
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onSelect(chosen ? undefined : id)}
        className={`flex size-full gap-2 rounded-md border px-2.5 text-left text-sm hover:border-faint ${props.isFrame ? "items-start bg-surface/50 pt-2" : "items-center bg-surface"} ${chosen ? "border-accent bg-accent-soft" : "border-line-strong"}`}
      >
        <StateIcon type={timeline.state_type[first]} name={timeline.state_name[first]} />
        <span className="truncate" title={node.label}>
          {node.label}
        </span>
      </button>
    );
  }
  return (
    <div
      className={`relative flex size-full flex-col rounded-md border border-line-strong ${props.isFrame ? "bg-surface/50" : "bg-surface"} shadow-[3px_3px_0_-1px_var(--surface),3px_3px_0_0_var(--line-strong)]`}
    >
      <button
        type="button"
        aria-expanded={opened}
        onClick={props.onToggle}
        className="flex min-h-0 shrink-0 items-center gap-2 rounded-md px-2.5 text-left text-sm hover:bg-hover"
        style={{ height: nodeHeight - 2 }}
      >
        <StateIcon type={node.state} />
        <span className="min-w-0 flex-1 truncate" title={node.label}>
          {node.label}
        </span>
        <span className="text-xs text-faint">× {count(node.members.length)}</span>
      </button>
      <GroupBar node={node} timeline={timeline} />
      {opened ? <GraphCells node={node} timeline={timeline} selected={selected} onSelect={onSelect} /> : null}
    </div>
  );
}

/** The states of a group's runs as a thin bar at the bottom of its box. */
function GroupBar({ node, timeline }: { readonly node: GraphNode; readonly timeline: Timeline }) {
  const counts = new Map<StateType | null, number>();
  for (const row of node.members) {
    const type = timeline.state_type[row] ?? null;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const spoken = [...counts].map(([type, value]) => `${value} ${stateLook(type).label.toLowerCase()}`).join(", ");
  return (
    <span
      className="absolute inset-x-1.5 top-[31px] flex h-[2px] overflow-hidden rounded-full"
      role="img"
      aria-label={`${amount(node.members.length, "run")}: ${spoken}`}
    >
      {[...counts].map(([type, value]) => (
        <span
          key={type}
          style={{ width: `${(value / node.members.length) * 100}%`, background: stateColor(stateLook(type)) }}
        />
      ))}
    </span>
  );
}
