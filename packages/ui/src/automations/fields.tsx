import { type ReactNode, useId, useState } from "react";
import { fieldClass, Select, TextField } from "../components/field.tsx";

/** What the server says of a part of an automation: `trigger.within`, `actions.0.body`. */
export interface DraftProblem {
  readonly path: string;
  readonly message: string;
}

/** The problems of a part and of all below it. */
export function Problems({ problems, at }: { readonly problems: readonly DraftProblem[]; readonly at: string }) {
  const mine = problems.filter(({ path }) => path === at || path.startsWith(`${at}.`));
  if (mine.length === 0) return null;
  return (
    <p role="alert" className="text-xs break-words text-danger">
      {mine.map(({ message }) => message).join(" ")}
    </p>
  );
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

export function NumberField(props: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly onChange: (value: number) => void;
}) {
  const [text, setText] = useState(String(props.value));
  const shown = Number(text) === props.value ? text : String(props.value);
  return (
    <TextField
      inputMode="decimal"
      aria-label={props.label}
      value={text === "" ? "" : shown}
      className="figures w-16 text-right"
      onChange={({ target }) => {
        setText(target.value);
        const value = Number(target.value);
        if (target.value.trim() !== "" && Number.isFinite(value) && value >= props.min) props.onChange(value);
      }}
    />
  );
}

export function TextArea(props: {
  readonly label: string;
  readonly value: string;
  readonly rows?: number;
  readonly mono?: boolean;
  readonly about?: ReactNode;
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
      {props.about === undefined ? null : (
        <p id={`${id}-about`} className="text-xs text-faint">
          {props.about}
        </p>
      )}
    </div>
  );
}
