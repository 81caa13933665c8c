import { type ReactNode, useId, useState } from "react";
import { fieldClass, Select, TextField } from "../components/field.tsx";

/** What the server says of a part of an automation: `trigger.within`, `actions.0.body`. */
export interface DraftProblem {
  readonly path: string;
  readonly message: string;
}

/** The problems of a part and of all below it, but for the parts that have a place of their own. Each says which part it is about. */
export function Problems(props: {
  readonly problems: readonly DraftProblem[];
  /** The empty path is the whole. */
  readonly at: string;
  readonly except?: readonly string[] | undefined;
  /** The names that fields have on the page, by the paths below this part. */
  readonly labels?: Readonly<Record<string, string>>;
}) {
  const { problems, at, except = [], labels = {} } = props;
  const told = problems.flatMap(({ path, message }) => {
    const below = pathBelow(path, at);
    if (below === undefined || except.some((part) => pathBelow(below, part) !== undefined)) return [];
    return [sentence(below === "" ? message : `${labels[below] ?? below}: ${message}`)];
  });
  if (told.length === 0) return null;
  return (
    <p role="alert" className="text-xs break-words text-danger">
      {told.join(" ")}
    </p>
  );
}

/** The rest of a path that is at a part or below it. */
function pathBelow(path: string, at: string): string | undefined {
  if (at === "" || path === at) return at === "" ? path : "";
  return path.startsWith(`${at}.`) ? path.slice(at.length + 1) : undefined;
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? "" : "."}`;
}

/** Parts of a sentence that stay on one line. */
export function Phrase({ children }: { readonly children: ReactNode }) {
  return <span className="inline-flex min-w-0 items-center gap-1.5">{children}</span>;
}

const units = [
  { value: "1", label: "seconds" },
  { value: "60", label: "minutes" },
  { value: "3600", label: "hours" },
  { value: "86400", label: "days" },
] as const;

/** A time in seconds, written as a number of a unit. */
export function DurationField(props: {
  readonly label: string;
  readonly seconds: number;
  readonly onChange: (seconds: number) => void;
}) {
  const [unit, setUnit] = useState<(typeof units)[number]["value"]>(
    () => units.findLast(({ value }) => props.seconds > 0 && props.seconds % Number(value) === 0)?.value ?? "60",
  );
  return (
    <span className="inline-flex items-center gap-1">
      <NumberField
        label={props.label}
        value={props.seconds / Number(unit)}
        min={0}
        onChange={(value) => props.onChange(value * Number(unit))}
      />
      <Select
        label={`Unit of: ${props.label}`}
        value={unit}
        options={units}
        onChange={(next) => {
          props.onChange((props.seconds / Number(unit)) * Number(next));
          setUnit(next);
        }}
      />
    </span>
  );
}

/** A number of at least `min`. What is no such number stays as it is typed, with the reason, until the field is left. */
export function NumberField(props: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly whole?: boolean;
  readonly onChange: (value: number) => void;
}) {
  const { min, whole = false } = props;
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const problem = typed === undefined || numberIn(typed, { min, whole }) !== undefined ? undefined : wanted(min, whole);
  return (
    <>
      <TextField
        inputMode="decimal"
        aria-label={props.label}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : id}
        value={typed ?? String(props.value)}
        className="figures w-16 text-right"
        onChange={({ target }) => {
          setTyped(target.value);
          const value = numberIn(target.value, { min, whole });
          if (value !== undefined) props.onChange(value);
        }}
        onBlur={() => setTyped(undefined)}
      />
      {problem === undefined ? null : (
        <span id={id} role="alert" className="text-xs text-danger">
          {problem}
        </span>
      )}
    </>
  );
}

function numberIn(text: string, { min, whole }: { readonly min: number; readonly whole: boolean }): number | undefined {
  const value = Number(text);
  const isOne = text.trim() !== "" && Number.isFinite(value) && value >= min && (!whole || Number.isInteger(value));
  return isOne ? value : undefined;
}

function wanted(min: number, whole: boolean): string {
  return `Write a ${whole ? "whole number" : "number"} of at least ${min}.`;
}

export function TextArea(props: {
  readonly label: string;
  readonly value: string;
  readonly rows?: number;
  readonly mono?: boolean;
  readonly about?: ReactNode;
  /** What is wrong with it. */
  readonly problems?: ReactNode;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-muted">
        {props.label}
      </label>
      <textarea
        id={id}
        rows={props.rows ?? 3}
        value={props.value}
        aria-describedby={props.about === undefined ? undefined : `${id}-about`}
        onChange={({ target }) => props.onChange(target.value)}
        className={`${fieldClass} !h-auto py-1.5 ${props.mono === true ? "font-mono !text-xs" : ""}`}
      />
      {props.problems}
      {props.about === undefined ? null : (
        <p id={`${id}-about`} className="text-xs text-faint">
          {props.about}
        </p>
      )}
    </div>
  );
}
