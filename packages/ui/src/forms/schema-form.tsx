// The package's main entry also loads a registry for tests, whose validator the pages' policy forbids.
import Form from "@rjsf/core/lib/components/Form.js";
import { useId, useMemo, useState } from "react";
import { Segmented } from "../components/button.tsx";
import { type DrawnSchema, drawnSchema } from "./drawn-schema.ts";
import { type FormValue, fromFormData, isObject, toFormData } from "./form-data.ts";
import { type FormProblem, problemsIn } from "./form-problems.ts";
import { type ChosenConstant, ChosenConstants, formFields, formTemplates, ShowProblems } from "./form-templates.tsx";
import { errorsAt, formValidator } from "./form-validator.ts";
import { formWidgets } from "./form-widgets.tsx";
import { JsonField } from "./json-field.tsx";
import { withServerProblems } from "./server-problems.ts";
import { withConstant, writtenIn } from "./written-data.ts";

export interface WrittenValues {
  /** The last values that could be read. */
  readonly value: FormValue;
  /** Whether all that is written can be read, and has no problem. */
  readonly isValid: boolean;
}

interface JustWritten extends WrittenValues {
  /** Whether all that is written can be read. */
  readonly isRead: boolean;
}

interface FormProps {
  readonly label: string;
  readonly value: FormValue;
  readonly onChange: (written: JustWritten) => void;
}

/** Values for a JSON Schema: a field per property, or the whole as JSON; switching keeps the typed values. */
export function SchemaForm({
  schema,
  ...props
}: FormProps & {
  readonly schema: unknown;
  /** Whether JSON is written elsewhere. */
  readonly onlyForm?: boolean;
}) {
  const drawn = useMemo(() => drawnSchema(schema), [schema]);
  return <ValuesForm {...props} drawn={drawn} />;
}

const noProblems: readonly FormProblem[] = [];

/** The same for a schema that is prepared for drawing, with what a server says of the values. */
export function ValuesForm(
  props: FormProps & {
    readonly drawn: DrawnSchema | undefined;
    /** Problems with the value that was reported last. A field shows its own first. */
    readonly serverProblems?: readonly FormProblem[];
    /** Whether fields show their problems before anybody has left them. */
    readonly showProblems?: boolean;
    readonly onlyForm?: boolean;
  },
) {
  const { drawn, serverProblems = noProblems, showProblems = false, onlyForm = false } = props;
  const [mode, setMode] = useState<"form" | "json">(drawn === undefined ? "json" : "form");
  const [value, setValue] = useState(props.value);
  const problems = useMemo(() => (drawn === undefined ? [] : problemsIn(drawn, toFormData(value))), [drawn, value]);
  const change = (next: FormValue) => {
    setValue(next);
    const isValid = drawn === undefined || problemsIn(drawn, toFormData(next)).length === 0;
    props.onChange({ value: next, isRead: true, isValid });
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {drawn === undefined || onlyForm ? null : (
        <Segmented
          label="Written"
          value={mode}
          onChange={(next) => {
            setMode(next);
            // A text that could not be read is gone with its field.
            change(value);
          }}
          options={[
            { value: "form", label: "As a form" },
            { value: "json", label: "As JSON" },
          ]}
        />
      )}
      {mode === "json" || drawn === undefined ? (
        <>
          <JsonField
            label={`${props.label}, as JSON`}
            value={value}
            object
            onChange={(next) => {
              if (isObject(next)) change(next);
              else props.onChange({ value, isRead: false, isValid: false });
            }}
          />
          <ProblemList problems={withServerProblems(problems, serverProblems)} />
        </>
      ) : (
        <ShowProblems value={showProblems}>
          <DrawnForm schema={drawn} value={value} serverProblems={serverProblems} onChange={change} />
        </ShowProblems>
      )}
    </div>
  );
}

function ProblemList({ problems }: { readonly problems: readonly FormProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul aria-label="Problems" className="flex flex-col gap-0.5 text-xs text-danger">
      {problems.map(({ path, message }) => (
        <li key={path.join("/")} className="break-words">
          {path.length === 0 ? null : <span className="font-mono">{path.join(".")}: </span>}
          {message}
        </li>
      ))}
    </ul>
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
  readonly serverProblems: readonly FormProblem[];
  readonly onChange: (value: FormValue) => void;
}) {
  const { schema, serverProblems, onChange } = props;
  const id = useId();
  const [constants] = useState(() => new Map<string, ChosenConstant>());
  const [data, setData] = useState(() => toFormData(props.value));
  const errors = useMemo(() => {
    const own = problemsIn(schema, writtenIn(data, schema));
    return errorsAt(withServerProblems(own, serverProblems));
  }, [schema, data, serverProblems]);
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
