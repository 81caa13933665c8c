import type { ReactNode } from "react";
import { Icon } from "../../components/icon.tsx";
import { count } from "../../format.ts";
import { useNowWhile } from "../../now.ts";
import { StateIcon } from "../../runs/state.tsx";
import { stateColor, stateLook } from "../../states.ts";
import { GraphCells } from "./graph-cells.tsx";
import { type GraphNode, hasCells } from "./graph-model.ts";
import { nodeHeight } from "./node-sizes.ts";
import { countWords, isCounting, spentWords, stateCounts } from "./node-words.ts";

interface BoxProps {
  readonly node: GraphNode;
  /** The boxes before it, for those who do not see the arrows. */
  readonly after: string;
  /** The pixels from left to right in which the graph should fit. */
  readonly room: number;
  readonly selected: string | undefined;
  readonly onSelect: (taskRunId: string | undefined) => void;
  readonly onToggle: () => void;
  /** Whether others stand in it, below its own lines. */
  readonly isFrame: boolean;
}

/** A task run, a subflow that opens into its own graph, or the runs of one task, which open as boxes or cells. */
export function GraphBox(props: BoxProps) {
  const { node, selected, onSelect, onToggle } = props;
  const id = node.source.id[node.members[0] ?? 0];
  const chosen = node.kind !== "group" && id === selected;
  const note = `after-${node.id}`;
  const described = props.after === "" ? {} : { "aria-describedby": note };
  return (
    <div
      className={`relative flex size-full flex-col overflow-hidden rounded-md border ${chosen ? "border-accent" : "border-line-strong"} ${chosen ? "bg-accent-soft" : props.isFrame ? "" : "bg-surface"} ${node.kind === "group" && !node.open ? "shadow-[3px_3px_0_-1px_var(--surface),3px_3px_0_0_var(--line-strong)]" : ""}`}
    >
      <div className="flex shrink-0" style={{ height: nodeHeight - 2 }}>
        {node.kind === "group" ? (
          <Main isFrame={props.isFrame} aria-expanded={node.open} onClick={onToggle} {...described}>
            <Words node={node} />
          </Main>
        ) : (
          <Main
            isFrame={props.isFrame}
            aria-pressed={chosen}
            onClick={() => onSelect(chosen ? undefined : id)}
            {...described}
          >
            <Words node={node} />
          </Main>
        )}
        {node.kind === "subflow" ? (
          <button
            type="button"
            aria-expanded={node.open}
            aria-label={`Tasks of ${node.label}`}
            title={node.open ? "Close the subflow" : "Open the subflow here"}
            onClick={onToggle}
            className={`flex w-8 shrink-0 items-center justify-center text-faint hover:bg-hover hover:text-text ${props.isFrame ? "absolute top-0 right-0 rounded-md" : "border-l"}`}
            style={{ height: nodeHeight - 2 }}
          >
            <Icon name={node.open ? "chevronDown" : "chevronRight"} className="size-3.5" />
          </button>
        ) : null}
      </div>
      {props.after === "" ? null : (
        <span id={note} hidden>
          After {props.after}
        </span>
      )}
      {node.kind === "group" ? <GroupBar node={node} /> : null}
      {hasCells(node) ? <GraphCells node={node} room={props.room} selected={selected} onSelect={onSelect} /> : null}
    </div>
  );
}

/** The button that selects or opens a box; of a frame it reaches behind the boxes in it. */
function Main({
  children,
  isFrame,
  ...rest
}: {
  readonly children: ReactNode;
  readonly isFrame: boolean;
  readonly onClick: () => void;
  readonly "aria-expanded"?: boolean;
  readonly "aria-pressed"?: boolean;
  readonly "aria-describedby"?: string;
}) {
  return (
    <button
      type="button"
      {...rest}
      className={`flex min-w-0 flex-col px-2.5 text-left focus-visible:-outline-offset-2 ${isFrame ? "absolute inset-0 justify-start rounded-md pt-[3px] pr-9" : "flex-1 justify-center hover:bg-hover"}`}
    >
      {children}
    </button>
  );
}

/** Name and number, and below them the state in words with how long it took. */
function Words({ node }: { readonly node: GraphNode }) {
  const now = useNowWhile(isCounting(node));
  const first = node.members[0] ?? 0;
  const spent = spentWords(node, now);
  const isGroup = node.kind === "group";
  const words = isGroup
    ? countWords(node)
    : stateLook(node.source.state_type[first], node.source.state_name[first]).label;
  const attempts = node.source.run_count[first] ?? 1;
  const title = [node.label, words, spent].filter((part) => part !== "").join(" · ");
  return (
    <span className="flex min-w-0 flex-col" title={title}>
      <span className="flex min-w-0 items-center gap-1.5 text-sm leading-5">
        <StateIcon
          type={node.state}
          name={isGroup ? null : (node.source.state_name[first] ?? null)}
          silent
          className="size-3.5"
        />
        <bdi dir="auto" className="truncate">
          {node.label}
        </bdi>
        {isGroup ? <span className="shrink-0 text-xs text-muted">× {count(node.members.length)}</span> : null}
      </span>
      <span className="figures flex min-w-0 gap-1 text-xs leading-4 text-muted">
        <span className="truncate" style={isGroup ? undefined : { color: stateColor(stateLook(node.state)) }}>
          {words}
        </span>
        {spent === "" ? null : <span className="shrink-0">· {spent}</span>}
        {!isGroup && attempts > 1 ? <span className="shrink-0">· attempt {attempts}</span> : null}
      </span>
    </span>
  );
}

/** In the graph's own measure: 3 pixels on the screen also where the graph opens at its smallest readable scale. */
const minPartWidth = 4;

/** The states of a group's runs as a thin bar below its words. What is not simply done is at least 3 pixels wide. */
function GroupBar({ node }: { readonly node: GraphNode }) {
  return (
    <span
      aria-hidden="true"
      className="absolute inset-x-2.5 flex h-[3px] gap-px overflow-hidden rounded-full"
      style={{ top: nodeHeight - 7 }}
    >
      {stateCounts(node).map(([type, number]) => (
        <span
          key={type}
          data-state={type}
          style={{
            flex: `${number} 1 0`,
            minWidth: type === "COMPLETED" ? 0 : minPartWidth,
            background: stateColor(stateLook(type)),
          }}
        />
      ))}
    </span>
  );
}
