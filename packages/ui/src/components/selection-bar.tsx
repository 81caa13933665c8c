import { type ReactNode, useEffect } from "react";
import { amount, count } from "../format.ts";

/** The actions on what is selected in a list; Escape clears the selection, unless a dialog asks something. */
export function SelectionBar(props: {
  readonly label: string;
  /** The selection in words: `12 runs`. */
  readonly selected: string;
  readonly asking: boolean;
  readonly onClear: () => void;
  readonly children: ReactNode;
}) {
  const { asking, onClear } = props;
  useEffect(() => {
    const clear = (event: KeyboardEvent) => event.key === "Escape" && !asking && onClear();
    addEventListener("keydown", clear);
    return () => removeEventListener("keydown", clear);
  }, [asking, onClear]);
  return (
    <div
      role="toolbar"
      aria-label={props.label}
      className="pop-in fixed bottom-4 left-1/2 z-30 flex w-max max-w-[calc(100vw-24px)] -translate-x-1/2 flex-wrap items-center gap-x-2 gap-y-1 rounded-lg border border-line-strong bg-surface p-1.5 pl-3 shadow-pop"
    >
      <span className="pr-2 font-medium whitespace-nowrap">{props.selected}</span>
      {props.children}
    </div>
  );
}

interface OfFlow {
  readonly id: string;
  readonly name: string;
  readonly flow_name: string;
}

const maxNames = 5;

/** The names of the first ones, so that a dialog says what it touches. */
export function Names({ of }: { readonly of: readonly OfFlow[] }) {
  const rest = of.length - maxNames;
  return (
    <ul className="mt-3 flex flex-col text-text">
      {of.slice(0, maxNames).map(({ id, name, flow_name }) => (
        <li key={id} className="flex min-w-0 gap-2">
          <span className="truncate font-medium">{name}</span>
          <span className="shrink-[2] truncate text-faint">{flow_name}</span>
        </li>
      ))}
      {rest > 0 ? <li className="text-faint">and {count(rest)} more</li> : null}
    </ul>
  );
}

/** `12 runs of train`, `3 runs of 2 flows`. */
export function amountOfFlows(rows: readonly OfFlow[], noun: string): string {
  const flows = new Set(rows.map((row) => row.flow_name));
  const [only] = flows;
  return `${amount(rows.length, noun)} of ${flows.size === 1 ? only : amount(flows.size, "flow")}`;
}
