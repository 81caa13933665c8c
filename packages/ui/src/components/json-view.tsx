import { ExactNumber, isNumber } from "@ostinato/core";
import { type ReactNode, useState } from "react";
import { CopyButton } from "./copy.tsx";
import { Icon } from "./icon.tsx";

const openDepth = 2;
const maxShown = 100;
const longText = 400;

/** JSON, collapsed where it is deep or long. */
export function JsonView({ value, label = "Copy as JSON" }: { readonly value: unknown; readonly label?: string }) {
  return (
    <div className="relative min-w-0 rounded-md border bg-sunken p-2 pr-9 font-mono text-xs leading-6">
      <Value value={value} depth={0} />
      <CopyButton text={() => JSON.stringify(value, null, 2)} label={label} className="absolute top-1 right-1" />
    </div>
  );
}

function Value({
  value,
  depth,
  name,
  last = true,
}: {
  readonly value: unknown;
  readonly depth: number;
  readonly name?: ReactNode;
  readonly last?: boolean;
}) {
  const comma = last ? "" : ",";
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) {
    return (
      <div className="break-words">
        {name}
        <Scalar value={value} />
        {comma}
      </div>
    );
  }
  const list = Array.isArray(value);
  const entries = list ? value.map((one, index) => [String(index), one] as const) : Object.entries(value);
  if (entries.length === 0) {
    return (
      <div>
        {name}
        {list ? "[]" : "{}"}
        {comma}
      </div>
    );
  }
  return <Branch entries={entries} list={list} depth={depth} name={name} comma={comma} />;
}

function Branch(props: {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly list: boolean;
  readonly depth: number;
  readonly name: ReactNode;
  readonly comma: string;
}) {
  const { entries, list, depth } = props;
  const [open, setOpen] = useState(depth < openDepth && entries.length <= maxShown);
  const [shown, setShown] = useState(maxShown);
  const [left, right] = list ? ["[", "]"] : ["{", "}"];
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="-ml-0.5 flex max-w-full items-center gap-0.5 rounded-sm text-left hover:bg-pressed"
      >
        <Icon name={open ? "chevronDown" : "chevronRight"} className="size-3 text-faint" />
        <span>
          {props.name}
          {left}
          {open ? "" : ` ${entries.length} ${right}${props.comma}`}
        </span>
      </button>
      {open ? (
        <>
          <div className="pl-4">
            {entries.slice(0, shown).map(([key, one], index) => (
              <Value
                key={key}
                value={one}
                depth={depth + 1}
                last={index === entries.length - 1}
                name={list ? undefined : <span className="text-accent">{JSON.stringify(key)}: </span>}
              />
            ))}
            {entries.length > shown ? (
              <button
                type="button"
                className="rounded-sm text-accent hover:underline"
                onClick={() => setShown(shown + 1000)}
              >
                {entries.length - shown} more
              </button>
            ) : null}
          </div>
          {right}
          {props.comma}
        </>
      ) : null}
    </div>
  );
}

function Scalar({ value }: { readonly value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value === "string") {
    const text = JSON.stringify(value);
    if (text.length <= longText || whole)
      return <span className="whitespace-pre-wrap text-(--state-completed)">{text}</span>;
    return (
      <span className="text-(--state-completed)">
        {text.slice(0, longText)}…{" "}
        <button type="button" className="rounded-sm text-accent hover:underline" onClick={() => setWhole(true)}>
          {text.length.toLocaleString("en-GB")} characters
        </button>
      </span>
    );
  }
  if (isNumber(value)) return <span className="text-(--state-running)">{String(value)}</span>;
  return <span className="text-(--state-paused)">{String(value)}</span>;
}
