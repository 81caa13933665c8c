import { useMemo, useState } from "react";
import { Icon } from "../components/icon.tsx";
import { count } from "../format.ts";
import type { CountedEvents } from "./events.queries.ts";
import { type TypeNode, typeTree } from "./type-tree.ts";

interface Choice {
  readonly chosen: readonly string[];
  readonly onChange: (types: readonly string[]) => void;
}

/** The types of events as a tree, each with how many there are in the time. */
export function TypeFacet({ counted, ...choice }: Choice & { readonly counted: CountedEvents | undefined }) {
  const tree = useMemo(() => (counted === undefined ? [] : typeTree(counted.names, counted.max_of_name)), [counted]);
  if (counted === undefined) return null;
  return (
    <div className="flex flex-col gap-1">
      {tree.length === 0 ? <p className="text-muted">No event in this time.</p> : null}
      <ul aria-label="Types of events" className="flex flex-col">
        {tree.map((node) => (
          <Node key={node.type} node={node} depth={0} {...choice} />
        ))}
      </ul>
      {counted.more_names ? <p className="text-xs text-faint">There are more types than are shown here.</p> : null}
    </div>
  );
}

/** Prefect's own events are many: their kinds are in sight, and their names on demand. */
const openDepth = 1;

function Node({ node, depth, chosen, onChange }: Choice & { readonly node: TypeNode; readonly depth: number }) {
  const isChosen = chosen.includes(node.type);
  const [open, setOpen] = useState(
    depth < openDepth || chosen.some((type) => type !== node.type && type.startsWith(node.type)),
  );
  const toggle = () => onChange(isChosen ? chosen.filter((type) => type !== node.type) : [...chosen, node.type]);
  return (
    <li>
      <span className="flex h-7 items-center gap-0.5 rounded-sm hover:bg-hover" style={{ paddingLeft: depth * 14 }}>
        {node.below.length === 0 ? (
          <span className="w-6 shrink-0" />
        ) : (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`Types below ${node.type}`}
            onClick={() => setOpen(!open)}
            className="inline-flex size-6 shrink-0 items-center justify-center text-faint hover:text-text"
          >
            <Icon name={open ? "chevronDown" : "chevronRight"} className="size-3" />
          </button>
        )}
        <label className="flex min-w-0 flex-1 cursor-pointer items-center gap-2">
          <input
            type="checkbox"
            checked={isChosen}
            onChange={toggle}
            aria-label={node.below.length === 0 ? node.type : `${node.type}*`}
            className="ml-1.5 size-3.5 shrink-0 cursor-pointer accent-(--accent)"
          />
          <span className="min-w-0 flex-1 truncate" title={node.type}>
            {node.label}
          </span>
          <span className="figures text-xs text-faint">
            {count(node.count)}
            {node.isMore ? "+" : ""}
          </span>
        </label>
      </span>
      {open && node.below.length > 0 ? (
        <ul>
          {node.below.map((each) => (
            <Node key={each.type} node={each} depth={depth + 1} chosen={chosen} onChange={onChange} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}
