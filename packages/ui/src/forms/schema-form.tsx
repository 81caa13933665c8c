// The package's main entry also loads a registry for tests, whose validator the pages' policy forbids.
import Form from "@rjsf/core/lib/components/Form.js";
import { useId, useMemo, useState } from "react";
import { Segmented } from "../components/button.tsx";
import { type DrawnSchema, drawnSchema } from "./drawn-schema.ts";
import { type FormValue, fromFormData, isObject, toFormData } from "./form-data.ts";
import { problemsIn } from "./form-problems.ts";
import { type ChosenConstant, ChosenConstants, formFields, formTemplates } from "./form-templates.tsx";
import { errorsAt, formValidator } from "./form-validator.ts";
import { formWidgets } from "./form-widgets.tsx";
import { JsonField } from "./json-field.tsx";
import { withConstant, writtenIn } from "./written-data.ts";

/**
 * Values for a JSON Schema: a field per property, or the whole as JSON; switching keeps the typed values. Reports undefined while a value
 * is invalid.
 */
export function SchemaForm(props: {
  readonly label: string;
  readonly schema: unknown;
  readonly value: FormValue;
  readonly onChange: (value: FormValue | undefined) => void;
}) {
  const drawn = useMemo(() => drawnSchema(props.schema), [props.schema]);
  const [mode, setMode] = useState<"form" | "json">(drawn === undefined ? "json" : "form");
  const [value, setValue] = useState(props.value);
  const change = (next: FormValue) => {
    setValue(next);
    props.onChange(drawn !== undefined && problemsIn(drawn, toFormData(next)).length > 0 ? undefined : next);
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {drawn === undefined ? null : (
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
      {mode === "json" || drawn === undefined ? (
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
        <DrawnForm schema={drawn} value={value} onChange={change} />
      )}
    </div>
  );
}

/** Defaults are shown as placeholders and are not filled in. */
const withoutDefaults = {
  emptyObjectFields: "skipDefaults",
  arrayMinItems: { populate: "never" },
  allOf: "skipDefaults",
  constAsDefaults: "never",
} as const;

function DrawnForm(props: {
  readonly schema: DrawnSchema;
  readonly value: FormValue;
  readonly onChange: (value: FormValue) => void;
}) {
  const { schema, onChange } = props;
  const id = useId();
  const [constants] = useState(() => new Map<string, ChosenConstant>());
  const [data, setData] = useState(() => toFormData(props.value));
  const errors = useMemo(() => errorsAt(schema, writtenIn(data, schema)), [schema, data]);
  return (
    <ChosenConstants value={constants}>
      <Form
        tagName="div"
        idPrefix={id}
        schema={schema}
        formData={data}
        onChange={({ formData }) => {
          const changed = [...constants.values()].reduce(withConstant, formData);
          setData(changed);
          const written = writtenIn(fromFormData(changed), schema);
          onChange(isObject(written) ? written : {});
        }}
        validator={formValidator}
        extraErrors={errors}
        showErrorList={false}
        widgets={formWidgets}
        fields={formFields}
        templates={formTemplates}
        experimental_defaultFormStateBehavior={withoutDefaults}
      />
    </ChosenConstants>
  );
}
