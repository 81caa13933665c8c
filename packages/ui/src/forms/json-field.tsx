import { parseJson } from "@ostinato/core";
import { use, useId, useState } from "react";
import { messageOf } from "../components/failure.tsx";
import { fieldClass } from "../components/field.tsx";
import { FieldState } from "./field-state.ts";
import { isObject } from "./form-data.ts";

/** A value written as JSON. For invalid text it shows the reason and reports undefined; the text stays as typed. */
export function JsonField(props: {
  readonly label: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** Whether only an object is valid. */
  readonly object?: boolean;
  readonly hideLabel?: boolean;
}) {
  const { object = false } = props;
  const id = useId();
  const around = use(FieldState);
  const [text, setText] = useState(() => (props.value === undefined ? "" : JSON.stringify(props.value, null, 2)));
  const read = readJson(text, object);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={props.hideLabel === true ? "sr-only" : "text-muted"}>
        {props.label}
      </label>
      <textarea
        id={id}
        rows={Math.min(14, text.split("\n").length + 1)}
        spellCheck={false}
        value={text}
        aria-invalid={read.problem !== undefined || around.invalid}
        aria-describedby={read.problem === undefined ? around.describedBy : `${id}-problem`}
        onChange={(event) => {
          setText(event.target.value);
          props.onChange(readJson(event.target.value, object).value);
        }}
        className={`${fieldClass} !h-auto py-1.5 font-mono !text-xs`}
      />
      {read.problem === undefined ? null : (
        <p id={`${id}-problem`} role="alert" className="text-xs text-danger">
          {read.problem}
        </p>
      )}
    </div>
  );
}

function readJson(text: string, object: boolean): { readonly value?: unknown; readonly problem?: string } {
  if (text.trim() === "" && !object) return {};
  try {
    const value: unknown = parseJson(text);
    if (object && !isObject(value)) return { problem: "This is not a JSON object yet: it must be written in { }." };
    return { value };
  } catch (error) {
    return { problem: `This is not JSON yet: ${messageOf(error)}` };
  }
}
