import { ExactNumber, readNumber } from "@ostinato/core";
import type { RegistryWidgetsType, WidgetProps } from "@rjsf/utils";
import { use, useState } from "react";
import { Segmented } from "../components/button.tsx";
import { fieldClass } from "../components/field.tsx";
import { savedBlock } from "./drawn-schema.ts";
import { durationText, isoDuration } from "./duration-text.ts";
import { FieldState } from "./field-state.ts";
import { fromFormData, toFormData } from "./form-data.ts";
import { KeptSecret } from "./kept-secret.tsx";

/** The controls of a form, one per kind of value. */
export const formWidgets: RegistryWidgetsType = {
  TextWidget: (props) => (isNumeric(props) ? <NumberInput {...props} /> : <TextInput {...props} type="text" />),
  PasswordWidget: SecretWidget,
  TextareaWidget,
  DateWidget: (props) => <DateInput {...props} withTime={false} />,
  DateTimeWidget: (props) => <DateInput {...props} withTime />,
  TimeWidget: TimeInput,
  duration: DurationInput,
  CheckboxWidget,
  SelectWidget,
};

/** Connects a control with its label: its id, its description, and whether it has a problem. */
function useCommon({ id, required = false }: WidgetProps) {
  const { describedBy, invalid } = use(FieldState);
  return { id, "aria-describedby": describedBy, "aria-invalid": invalid, "aria-required": required } as const;
}

function isNumeric({ schema }: WidgetProps): boolean {
  return schema.type === "integer" || schema.type === "number";
}

function SecretWidget(props: WidgetProps) {
  const { describedBy } = use(FieldState);
  return (
    <KeptSecret
      id={props.id}
      label={props.label}
      value={props.value}
      describedBy={describedBy}
      onChange={props.onChange}
    >
      <TextInput {...props} type="password" />
    </KeptSecret>
  );
}

function TextInput(props: WidgetProps & { readonly type: "text" | "password" }) {
  const { type, value, required = false, onChange } = props;
  const common = useCommon(props);
  // An empty text is a value, but no secret is empty.
  const mayBeLeftOut = !required || type === "password";
  return (
    <input
      {...common}
      type={type}
      autoComplete="off"
      value={textOf(value)}
      placeholder={placeholderOf(props)}
      onChange={({ target }) => onChange(target.value === "" && mayBeLeftOut ? undefined : target.value)}
      className={fieldClass}
    />
  );
}

function TextareaWidget(props: WidgetProps) {
  return (
    <textarea
      {...useCommon(props)}
      rows={5}
      value={textOf(props.value)}
      placeholder={placeholderOf(props)}
      onChange={({ target }) => props.onChange(target.value)}
      className={`${fieldClass} !h-auto py-1.5`}
    />
  );
}

function NumberInput(props: WidgetProps) {
  return (
    <input
      {...useCommon(props)}
      type="text"
      inputMode={props.schema.type === "integer" ? "numeric" : "decimal"}
      placeholder={placeholderOf(props)}
      value={textOf(props.value)}
      onChange={({ target }) => props.onChange(toFormData(numberOf(target.value)))}
      className={`${fieldClass} max-w-40 text-right`}
    />
  );
}

function DateInput(props: WidgetProps & { readonly withTime: boolean }) {
  const { withTime, value, onChange } = props;
  return (
    <input
      {...useCommon(props)}
      type={withTime ? "datetime-local" : "date"}
      step={withTime ? 1 : undefined}
      value={typeof value === "string" ? (withTime ? localTime(value) : value.slice(0, 10)) : ""}
      onChange={({ target }) => onChange(dateOf(target.value, withTime))}
      className={`${fieldClass} max-w-60`}
    />
  );
}

function TimeInput(props: WidgetProps) {
  const { value, onChange } = props;
  return (
    <input
      {...useCommon(props)}
      type="time"
      step={1}
      value={typeof value === "string" ? value.slice(0, 8) : ""}
      onChange={({ target }) => onChange(target.value === "" ? undefined : target.value)}
      className={`${fieldClass} max-w-40`}
    />
  );
}

/** A duration is sent as ISO 8601. The text stays as it is typed. */
function DurationInput(props: WidgetProps) {
  const { onChange } = props;
  const [text, setText] = useState(() => durationText(textOf(props.value)));
  return (
    <input
      {...useCommon(props)}
      type="text"
      autoComplete="off"
      placeholder={durationText(placeholderOf(props) ?? "PT1H30M")}
      value={text}
      onChange={({ target }) => {
        setText(target.value);
        onChange(target.value === "" ? undefined : (isoDuration(target.value) ?? target.value));
      }}
      className={`${fieldClass} max-w-60`}
    />
  );
}

/** A yes or no that has to be said has no state of its own before, which a box could not show. */
function CheckboxWidget(props: WidgetProps) {
  const isOpen = props.required === true && props.schema.default === undefined;
  return isOpen ? <YesOrNo {...props} /> : <Checkbox {...props} />;
}

function Checkbox(props: WidgetProps) {
  return (
    <input
      {...useCommon(props)}
      type="checkbox"
      checked={(props.value ?? props.schema.default) === true}
      onChange={({ target }) => props.onChange(target.checked)}
      className="size-4 cursor-pointer accent-(--accent)"
    />
  );
}

function YesOrNo(props: WidgetProps) {
  const { id, ...common } = useCommon(props);
  const choices = [
    { label: "Yes", value: true },
    { label: "No", value: false },
  ];
  return (
    <div role="radiogroup" id={id} aria-label={props.label} className="flex gap-4" {...common}>
      {choices.map(({ label, value }) => (
        <label key={label} className="flex min-h-6 cursor-pointer items-center gap-1.5">
          <input
            type="radio"
            name={id}
            checked={props.value === value}
            onChange={() => props.onChange(value)}
            className="size-4 cursor-pointer accent-(--accent)"
          />
          {label}
        </label>
      ))}
    </div>
  );
}

/** A choice of one value, or of several where the schema is a list. */
function SelectWidget(props: WidgetProps) {
  const { value, options, multiple = false, onChange } = props;
  const common = useCommon(props);
  const choices = options.enumOptions ?? [];
  if (multiple) return <CheckboxList {...props} />;
  const isChoice = props.id.endsWith("of_select");
  if (choices[0]?.label === savedBlock) {
    return (
      <Segmented
        label={`Kind of ${props.label}`}
        value={String(value ?? 0)}
        options={choices.map((choice) => ({ value: String(choice.value), label: choice.label }))}
        onChange={(chosen) => onChange(Number(chosen))}
      />
    );
  }
  const index = choices.findIndex((choice) => choice.value === value);
  const placeholder = placeholderOf(props);
  return (
    <select
      {...(isChoice ? { id: common.id, "aria-label": `Kind of ${props.label}` } : common)}
      value={index < 0 ? "" : String(index)}
      onChange={({ target }) => onChange(target.value === "" ? undefined : choices[Number(target.value)]?.value)}
      className={`${fieldClass} max-w-md`}
    >
      {isChoice ? null : <option value="">{placeholder === undefined ? "–" : `default: ${placeholder}`}</option>}
      {choices.map((choice, at) => (
        <option key={choice.label} value={String(at)}>
          {isChoice ? choice.label : textOf(choice.value)}
        </option>
      ))}
    </select>
  );
}

function CheckboxList({ id, value, options, onChange }: WidgetProps) {
  const chosen: readonly unknown[] = Array.isArray(value) ? value : [];
  const choices = options.enumOptions ?? [];
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1">
      {choices.map((choice, at) => (
        <label key={choice.label} className="flex items-center gap-1.5">
          <input
            id={at === 0 ? id : undefined}
            type="checkbox"
            checked={chosen.includes(choice.value)}
            onChange={({ target }) =>
              onChange(
                choices
                  .map((one) => one.value)
                  .filter((one) => (one === choice.value ? target.checked : chosen.includes(one))),
              )
            }
            className="size-4 cursor-pointer accent-(--accent)"
          />
          {textOf(choice.value)}
        </label>
      ))}
    </div>
  );
}

function placeholderOf({ schema }: WidgetProps): string | undefined {
  return schema.default === undefined || schema.default === null ? undefined : textOf(schema.default);
}

/** A number, or the text that is not a number yet; undefined where the field is empty. */
function numberOf(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const number = readNumber(trimmed);
  // `1.` and `-` may become numbers, and must stay as typed.
  return number !== undefined && String(number) === trimmed ? number : trimmed;
}

/** Timestamps in a form are in the reader's time zone. One without a zone stays as it is. */
function localTime(moment: string): string {
  if (!/(?:Z|[+-]\d\d:?\d\d)$/i.test(moment)) return moment.slice(0, 19);
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function dateOf(text: string, withTime: boolean): string | undefined {
  if (text === "") return undefined;
  return withTime ? new Date(text).toISOString() : text;
}

function textOf(held: unknown): string {
  const value = fromFormData(held);
  if (value === undefined || value === null) return "";
  return typeof value === "object" && !(value instanceof ExactNumber) ? JSON.stringify(value) : String(value);
}
