import { parseJson, readNumber } from "@ostinato/core";
import { useId, useState } from "react";
import { Segmented } from "../components/button.tsx";
import { fieldClass } from "../components/field.tsx";
import { type FormField, type FormValue, formFields, isObject, problemWith } from "./form-schema.ts";
import { JsonField } from "./json-field.tsx";

/**
 * Values for a JSON Schema: a field for each property, or the whole as JSON, which keep what was typed when one switches.
 * Hands on undefined while something in it is wrong.
 */
export function SchemaForm(props: {
  readonly label: string;
  readonly schema: unknown;
  readonly value: FormValue;
  readonly onChange: (value: FormValue | undefined) => void;
}) {
  const fields = formFields(props.schema);
  const [mode, setMode] = useState<"form" | "json">(fields === undefined ? "json" : "form");
  const [value, setValue] = useState(props.value);
  const change = (next: FormValue) => {
    setValue(next);
    props.onChange(fields?.some((field) => problemWith(field, next[field.name]) !== undefined) ? undefined : next);
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {fields === undefined ? null : (
        <Segmented
          label="Written"
          value={mode}
          onChange={setMode}
          options={[
            { value: "form", label: "As a form" },
            { value: "json", label: "As JSON" },
          ]}
        />
      )}
      {mode === "json" || fields === undefined ? (
        <JsonField
          label={`${props.label}, as JSON`}
          value={value}
          object
          onChange={(next) => {
            if (isObject(next)) change(next);
            else props.onChange(undefined);
          }}
        />
      ) : (
        fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={value[field.name]}
            onChange={(next) => {
              const { [field.name]: _, ...others } = value;
              change(next === undefined ? others : { ...others, [field.name]: next });
            }}
          />
        ))
      )}
    </div>
  );
}

interface FieldProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const id = useId();
  const [touched, setTouched] = useState(false);
  const problem = touched ? problemWith(field, value) : undefined;
  const about = `${id}-about`;
  const says = field.description !== undefined || problem !== undefined;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices that the field was left
    <div className="flex min-w-0 flex-col gap-1" onBlur={() => setTouched(true)}>
      {field.control.kind === "json" ? (
        <details open={value !== undefined && JSON.stringify(value).length < 400}>
          <summary className="mb-1 w-fit rounded-sm font-medium">{field.label}</summary>
          <JsonField label={field.label} value={value} onChange={onChange} hideLabel />
        </details>
      ) : (
        <>
          <label htmlFor={id} className="w-fit font-medium">
            {field.label}
            {field.required ? null : <span className="font-normal text-faint"> · may be left out</span>}
          </label>
          <Control
            id={id}
            field={field}
            value={value}
            onChange={onChange}
            describedBy={says ? about : undefined}
            invalid={problem !== undefined}
          />
        </>
      )}
      {says ? (
        <p id={about} className="text-xs text-muted">
          {problem === undefined ? field.description : <span className="text-danger">{problem}</span>}
        </p>
      ) : null}
    </div>
  );
}

function Control(
  props: FieldProps & {
    readonly id: string;
    readonly describedBy: string | undefined;
    readonly invalid: boolean;
  },
) {
  const { id, field, value, onChange } = props;
  const { control } = field;
  const common = { id, "aria-describedby": props.describedBy, "aria-invalid": props.invalid };
  const placeholder = field.fallback === undefined || field.fallback === null ? undefined : String(field.fallback);
  switch (control.kind) {
    case "switch":
      return (
        <input
          {...common}
          type="checkbox"
          checked={(value ?? field.fallback) === true}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4 cursor-pointer accent-(--accent)"
        />
      );
    case "choice":
      return (
        <select
          {...common}
          value={value === undefined ? "" : JSON.stringify(value)}
          onChange={(event) => onChange(event.target.value === "" ? undefined : parseJson(event.target.value))}
          className={`${fieldClass} max-w-md`}
        >
          <option value="">{placeholder === undefined ? "–" : `${placeholder}, unless given`}</option>
          {control.choices.map((choice) => (
            <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
              {typeof choice === "string" ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </select>
      );
    case "number":
      return (
        <input
          {...common}
          type="text"
          inputMode={control.whole ? "numeric" : "decimal"}
          placeholder={placeholder}
          value={value === undefined || value === null ? "" : String(value)}
          onChange={(event) => onChange(numberOf(event.target.value))}
          className={`${fieldClass} max-w-40 text-right`}
        />
      );
    case "date":
      return (
        <input
          {...common}
          type={control.withTime ? "datetime-local" : "date"}
          step={control.withTime ? 1 : undefined}
          value={typeof value === "string" ? (control.withTime ? value.slice(0, 19) : value.slice(0, 10)) : ""}
          onChange={(event) => onChange(dateOf(event.target.value, control.withTime))}
          className={`${fieldClass} max-w-60`}
        />
      );
    case "text":
      return control.multiline ? (
        <textarea
          {...common}
          rows={5}
          value={textOf(value)}
          placeholder={placeholder}
          onChange={(event) => onChange(event.target.value)}
          className={`${fieldClass} !h-auto py-1.5`}
        />
      ) : (
        <input
          {...common}
          type={control.secret ? "password" : "text"}
          autoComplete="off"
          value={textOf(value)}
          placeholder={placeholder}
          onChange={(event) => onChange(event.target.value === "" && !field.required ? undefined : event.target.value)}
          className={fieldClass}
        />
      );
    case "json":
      return null;
    default:
      return control satisfies never;
  }
}

/** A number, or the text that is none yet; nothing where nothing is written. */
function numberOf(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const number = readNumber(trimmed);
  // `1.` and `-` are on the way to a number, and must stay as they are typed.
  return number !== undefined && String(number) === trimmed ? number : trimmed;
}

/** Moments of a form are in the reader's own zone. */
function dateOf(text: string, withTime: boolean): string | undefined {
  if (text === "") return undefined;
  return withTime ? new Date(text).toISOString() : text;
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
