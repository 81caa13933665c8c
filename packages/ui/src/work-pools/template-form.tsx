import { type JsonObject, jobPreview, templateProblem, templateWarnings } from "@ostinato/job-templates";
import { useMemo, useState } from "react";
import { Segmented } from "../components/button.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Section } from "../components/page.tsx";
import { isObject } from "../forms/form-data.ts";
import { JsonField } from "../forms/json-field.tsx";
import { SchemaForm } from "../forms/schema-form.tsx";
import { defaultsOf, hasVariables, schemaOfDefaults, withDefaults } from "./template-draft.ts";

export interface WrittenTemplate {
  readonly template: JsonObject;
  /** Whether all that is written can be read, and makes a template. */
  readonly isValid: boolean;
}

/** A job template: its defaults as a form, or the whole as JSON, beside what a worker would be told. */
export function TemplateForm(props: {
  readonly template: JsonObject;
  readonly onChange: (written: WrittenTemplate) => void;
}) {
  const { onChange } = props;
  const [mode, setMode] = useState<"form" | "json">(hasVariables(props.template) ? "form" : "json");
  const [template, setTemplate] = useState(props.template);
  const change = (next: JsonObject, isReadable: boolean) => {
    setTemplate(next);
    onChange({ template: next, isValid: isReadable && templateProblem(next) === undefined });
  };
  return (
    <div className="grid min-w-0 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-3">
        <Segmented
          label="How to write the job template"
          value={mode}
          onChange={setMode}
          options={[
            { value: "form", label: "As a form" },
            { value: "json", label: "Advanced: JSON" },
          ]}
        />
        {mode === "form" ? (
          <Defaults template={template} onChange={change} />
        ) : (
          <JsonField
            label="Job template, as JSON"
            value={template}
            object
            onChange={(next) => {
              if (isObject(next)) change(next, true);
              else onChange({ template, isValid: false });
            }}
          />
        )}
        <TemplateProblems template={template} />
      </div>
      <Preview template={template} />
    </div>
  );
}

function Defaults(props: {
  readonly template: JsonObject;
  readonly onChange: (template: JsonObject, isReadable: boolean) => void;
}) {
  const { template, onChange } = props;
  // The form keeps what is typed: the template that it changes must not become its schema again.
  const [first] = useState(template);
  const schema = useMemo(() => schemaOfDefaults(first), [first]);
  if (!hasVariables(first)) {
    return (
      <p className="text-muted">
        The template has no variables. A worker sends its template when it first connects. You can also write one as
        JSON.
      </p>
    );
  }
  return (
    <SchemaForm
      label="Defaults"
      onlyForm
      schema={schema}
      value={defaultsOf(first)}
      onChange={({ value, isValid }) => onChange(withDefaults(template, value), isValid)}
    />
  );
}

function TemplateProblems({ template }: { readonly template: JsonObject }) {
  const problem = templateProblem(template);
  if (problem !== undefined) {
    return (
      <p role="alert" className="break-words text-danger">
        {problem.sentence}
      </p>
    );
  }
  const warnings = templateWarnings(template);
  if (warnings.length === 0) return null;
  return (
    <ul aria-label="What to look at" className="flex flex-col gap-1 text-xs text-(--state-late)">
      {warnings.map(({ path, sentence }) => (
        <li key={`${path.join(".")} ${sentence}`} className="break-words">
          {sentence}
        </li>
      ))}
    </ul>
  );
}

function Preview({ template }: { readonly template: JsonObject }) {
  const preview = useMemo(() => jobPreview(template), [template]);
  return (
    <Section title="What a worker is told">
      <div className="px-3 py-2">
        {"configuration" in preview ? (
          <JsonView value={preview.configuration} />
        ) : (
          <p className="break-words text-muted">{preview.problem}</p>
        )}
      </div>
    </Section>
  );
}
