import { useState } from "react";
import type { WebhookTemplate } from "../api/types.ts";
import type { DraftProblem } from "../automations/fields.tsx";
import { Problems } from "../automations/fields.tsx";
import { Segmented } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import { JsonText } from "../components/json-text.tsx";
import { Labelled } from "../components/labelled.tsx";
import { type TemplateFields as Fields, firstTemplate, withLabel, withPart } from "./webhook-draft.ts";
import { templateIn } from "./webhooks.queries.ts";

const ways = [
  { value: "template", label: "By a template" },
  { value: "cloud-events", label: "CloudEvents" },
] as const;

/** What a post becomes: by fields and by the same as JSON, or as the CloudEvent that it is. */
export function TemplateFields(props: {
  readonly template: WebhookTemplate | null;
  readonly problems: readonly DraftProblem[];
  /** Undefined while what is written as JSON is not a template. */
  readonly onChange: (template: WebhookTemplate | null | undefined) => void;
}) {
  const { template, problems, onChange } = props;
  const [last, setLast] = useState<WebhookTemplate>(template ?? firstTemplate);
  return (
    <div className="flex min-w-0 flex-col gap-3 p-3">
      <Segmented
        label="How a post becomes an event"
        value={template === null ? "cloud-events" : "template"}
        options={ways}
        onChange={(way) => {
          if (template !== null) setLast(template);
          onChange(way === "template" ? last : null);
        }}
      />
      {template === null ? (
        <p className="text-muted">
          Whoever posts sends CloudEvents 1.0: their <code>type</code> is the name of the event, <code>source</code> and{" "}
          <code>subject</code> are its resource, and <code>data</code> is its payload.
        </p>
      ) : (
        <>
          {typeof template === "string" ? (
            <p className="text-muted">The template gives the whole event as JSON, and is changed as a text.</p>
          ) : (
            <Parts template={template} problems={problems} onChange={onChange} />
          )}
          <TemplateJson template={template} onChange={onChange} />
          <Problems problems={problems.filter(({ path }) => path === "template")} at="template" />
        </>
      )}
    </div>
  );
}

function Parts(props: {
  readonly template: Fields;
  readonly problems: readonly DraftProblem[];
  readonly onChange: (template: Fields) => void;
}) {
  const { template, problems, onChange } = props;
  const id = "prefect.resource.id";
  const name = "prefect.resource.name";
  return (
    <div className="grid grid-cols-1 items-start gap-x-3 gap-y-2 sm:grid-cols-2">
      <Part
        label="Name of the event"
        required
        value={template.event}
        example="order.paid"
        problems={problems}
        at="template.event"
        onChange={(event) => onChange({ ...template, event })}
      />
      <Part
        label="Id of what it is about"
        required
        value={template.resource[id] ?? ""}
        example="order.{{ body.order }}"
        problems={problems}
        at="template.resource"
        onChange={(text) => onChange({ ...template, resource: withLabel(template, id, text).resource })}
      />
      <Part
        label="Its name, as people read it"
        value={template.resource[name] ?? ""}
        example="Order {{ body.order }}"
        problems={problems}
        at={`template.resource.${name}`}
        onChange={(text) => onChange(withLabel(template, name, text))}
      />
      <Part
        label="The same for a post that is sent again"
        value={template.id ?? ""}
        example="{{ headers['x-github-delivery'] }}"
        problems={problems}
        at="template.id"
        onChange={(text) => onChange(withPart(template, "id", text))}
      />
      <p className="text-xs text-faint sm:col-span-2">
        Each text may be a template: <code>{"{{ body.order }}"}</code>, <code>{"{{ headers['x-event'] }}"}</code>,{" "}
        <code>{"{{ query.branch }}"}</code>, <code>{"{{ form.kind }}"}</code>, <code>{"{{ text }}"}</code>. The payload
        of the event is the body. Related resources, a time and another payload are written as JSON.
      </p>
    </div>
  );
}

function Part(props: {
  readonly label: string;
  readonly required?: boolean;
  readonly value: string;
  readonly example: string;
  readonly problems: readonly DraftProblem[];
  readonly at: string;
  readonly onChange: (text: string) => void;
}) {
  const { label, required = false, value, example, problems, at, onChange } = props;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <Labelled name={label} required={required}>
        <TextField
          value={value}
          placeholder={example}
          aria-required={required}
          spellCheck={false}
          autoComplete="off"
          className="font-mono !text-xs"
          onChange={({ target }) => onChange(target.value)}
        />
      </Labelled>
      <Problems problems={problems} at={at} />
    </div>
  );
}

/** The template as JSON, in step with the fields. */
function TemplateJson(props: {
  readonly template: WebhookTemplate;
  readonly onChange: (template: WebhookTemplate | undefined) => void;
}) {
  const { template, onChange } = props;
  const [written, setWritten] = useState<{ readonly text: string; readonly of: WebhookTemplate }>();
  const text = written?.of === template ? written.text : JSON.stringify(template, null, 2);
  return (
    <JsonText
      label="The template as JSON"
      copyLabel="Copy the template"
      maxRows={20}
      text={text}
      problem={
        templateIn(text) === undefined ? (
          <>
            This is not a template yet: it is an object with <code>event</code> and <code>resource</code>, or one text.
          </>
        ) : undefined
      }
      onChange={(next) => {
        const read = templateIn(next);
        setWritten({ text: next, of: read ?? template });
        onChange(read);
      }}
    />
  );
}
