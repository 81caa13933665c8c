import { formSchema, type JsonObject, jobPreview, unknownJobVariables } from "@ostinato/job-templates";
import { useMemo, useState } from "react";
import { JsonView } from "../components/json-view.tsx";
import { SchemaForm, type WrittenValues } from "../forms/schema-form.tsx";
import { hasVariables } from "./template-draft.ts";

/** Job variables, as the job template of a pool describes them: what is left empty stays as the template or the deployment says. */
export function JobVariablesForm(props: {
  /** The job template of the pool; an empty one lets them be written as JSON only. */
  readonly template: JsonObject;
  /** The job variables of the deployment, where those of a run are written. */
  readonly deployed?: JsonObject;
  readonly value: JsonObject;
  readonly onChange: (written: WrittenValues) => void;
}) {
  const { template, deployed } = props;
  const [value, setValue] = useState<JsonObject>(props.value);
  const schema = useMemo(
    () => (hasVariables(template) ? { ...formSchema(template, deployed), required: [] } : undefined),
    [template, deployed],
  );
  const preview = deployed === undefined ? jobPreview(template, value) : jobPreview(template, deployed, value);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <SchemaForm
        label="Job variables"
        schema={schema}
        value={props.value}
        onChange={(written) => {
          setValue(written.value);
          props.onChange(written);
        }}
      />
      <ul aria-label="What to look at" className="flex flex-col gap-1 text-xs text-(--state-late) empty:hidden">
        {unknownJobVariables(template, value).map(({ path, sentence }) => (
          <li key={path.join(".")} className="break-words">
            {sentence}
          </li>
        ))}
      </ul>
      {"problem" in preview ? (
        hasVariables(template) ? (
          <p role="alert" className="break-words text-danger">
            {preview.problem}
          </p>
        ) : null
      ) : (
        <details>
          <summary className="w-fit rounded-sm text-muted">What a worker is told</summary>
          <div className="mt-2 rounded-md border bg-sunken px-3 py-2">
            <JsonView value={preview.configuration} />
          </div>
        </details>
      )}
    </div>
  );
}
