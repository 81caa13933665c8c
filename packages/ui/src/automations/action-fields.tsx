import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ActionPreview, AutomationChoices } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { Select, TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { drawnSchema } from "../forms/drawn-schema.ts";
import { ValuesForm } from "../forms/schema-form.tsx";
import { runFormQuery } from "../run-form/run-form.queries.ts";
import { stateLook, stateTypeOrder } from "../states.ts";
import { choicesOf } from "./choice-menu.tsx";
import { type DraftProblem, DurationField, Problems, TextArea } from "./fields.tsx";
import type { ActionInput } from "./trigger-form.ts";

const types = [
  { value: "send-notification", label: "send a message" },
  { value: "run-deployment", label: "run a deployment" },
  { value: "call-webhook", label: "call a webhook" },
  { value: "cancel-flow-run", label: "cancel the run" },
  { value: "suspend-flow-run", label: "suspend the run" },
  { value: "resume-flow-run", label: "resume the run" },
  { value: "delete-flow-run", label: "delete the run" },
  { value: "change-flow-run-state", label: "change the state of the run" },
  { value: "pause-deployment", label: "pause a deployment" },
  { value: "resume-deployment", label: "resume a deployment" },
  { value: "pause-work-pool", label: "pause a work pool" },
  { value: "resume-work-pool", label: "resume a work pool" },
  { value: "pause-work-queue", label: "pause a work queue" },
  { value: "resume-work-queue", label: "resume a work queue" },
  { value: "pause-automation", label: "switch an automation off" },
  { value: "resume-automation", label: "switch an automation on" },
  { value: "do-nothing", label: "do nothing" },
] as const satisfies readonly { readonly value: ActionInput["type"]; readonly label: string }[];

/** The last lines of a message that people start from. */
const firstBody = `{{ event.resource.name }}: {{ event.event }} at {{ event.occurred }}`;

/** An action as it begins, of the first thing that it could be about. */
export function newAction(type: ActionInput["type"], choices: AutomationChoices | undefined): ActionInput {
  switch (type) {
    case "send-notification":
      return { type, block_document_id: choices?.notifiers[0]?.id ?? "", subject: "Ostinato", body: firstBody };
    case "call-webhook":
      return { type, block_document_id: choices?.webhooks[0]?.id ?? "", payload: "" };
    case "run-deployment":
      return { type, source: "selected", deployment_id: choices?.deployments[0]?.id ?? null, parameters: {} };
    case "change-flow-run-state":
      return { type, state: "CANCELLED" };
    case "pause-deployment":
    case "resume-deployment":
    case "pause-work-pool":
    case "resume-work-pool":
    case "pause-work-queue":
    case "resume-work-queue":
    case "pause-automation":
    case "resume-automation":
      return { type, source: "inferred" };
    default:
      return { type } as ActionInput;
  }
}

/** One action. Fields that are not shown here stay as they are. */
export function ActionFields(props: {
  readonly action: ActionInput;
  readonly at: string;
  readonly label: string;
  readonly choices: AutomationChoices | undefined;
  readonly problems: readonly DraftProblem[];
  readonly preview: ActionPreview | undefined;
  readonly onChange: (action: ActionInput) => void;
  readonly onRemove: () => void;
}) {
  const { action, at, label, choices, problems, preview, onChange } = props;
  const isKnown = types.some(({ value }) => value === action.type);
  return (
    <fieldset className="flex min-w-0 flex-col gap-2 rounded-md border p-2.5">
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap items-center gap-1.5">
        <span>{label}</span>
        {isKnown ? (
          <Select
            label={`What to do (${label})`}
            value={action.type}
            options={types}
            onChange={(type) => onChange(newAction(type, choices))}
          />
        ) : (
          <code>{action.type}</code>
        )}
        <Subject action={action} choices={choices} onChange={onChange} label={label} />
        <IconButton icon="trash" label={`Remove: ${label}`} className="ml-auto" onClick={props.onRemove} />
      </div>
      <Details {...props} />
      {preview === undefined ? null : <Preview preview={preview} />}
      <Problems problems={problems} at={at} />
    </fieldset>
  );
}

const subjectFields = {
  "run-deployment": ["deployment_id", "deployments", "the deployment of the event"],
  "pause-deployment": ["deployment_id", "deployments", "the deployment of the event"],
  "resume-deployment": ["deployment_id", "deployments", "the deployment of the event"],
  "pause-work-pool": ["work_pool_id", "work_pools", "the work pool of the event"],
  "resume-work-pool": ["work_pool_id", "work_pools", "the work pool of the event"],
  "pause-work-queue": ["work_queue_id", "work_queues", "the work queue of the event"],
  "resume-work-queue": ["work_queue_id", "work_queues", "the work queue of the event"],
  "pause-automation": ["automation_id", "automations", "the automation of the event"],
  "resume-automation": ["automation_id", "automations", "the automation of the event"],
  "send-notification": ["block_document_id", "notifiers", undefined],
  "call-webhook": ["block_document_id", "webhooks", undefined],
} as const satisfies Partial<
  Record<ActionInput["type"], readonly [string, keyof AutomationChoices, string | undefined]>
>;

interface PartProps {
  readonly action: ActionInput;
  readonly choices: AutomationChoices | undefined;
  readonly label: string;
  readonly onChange: (action: ActionInput) => void;
}

/** What the action is about. */
function Subject({ action, choices, label, onChange }: PartProps) {
  const found = subjectFields[action.type as keyof typeof subjectFields];
  if (found === undefined) return null;
  const [field, kind, inferred] = found;
  const all = choicesOf(choices?.[kind]);
  const given = (action as unknown as Readonly<Record<string, unknown>>)[field];
  const isInferred = inferred !== undefined && "source" in action && action.source === "inferred";
  const id = typeof given === "string" ? given : "";
  const value = isInferred ? "inferred" : id;
  const isGone =
    value !== "" && value !== "inferred" && choices !== undefined && !all.some((each) => each.id === value);
  const options = [
    ...(inferred === undefined ? [] : [{ value: "inferred", label: inferred }]),
    ...(value === "" ? [{ value: "", label: "choose one…" }] : []),
    ...(isGone ? [{ value, label: `${value.slice(0, 8)}… (gone)` }] : []),
    ...all.map((each) => ({ value: each.id, label: each.label })),
  ];
  const choose = (next: string) => {
    const subject =
      inferred === undefined
        ? { [field]: next }
        : next === "inferred"
          ? { source: "inferred", [field]: null }
          : { source: "selected", [field]: next };
    onChange({ ...action, ...subject } as ActionInput);
  };
  return (
    <>
      {kind === "notifiers" || kind === "webhooks" ? <span>by the block</span> : null}
      <Select label={`Which one (${label})`} value={value} options={options} onChange={choose} />
      {choices !== undefined && all.length === 0 && (kind === "notifiers" || kind === "webhooks") ? (
        <Link to="/blocks/catalog" target="_blank" className="text-accent hover:underline">
          Make a block for it
        </Link>
      ) : null}
    </>
  );
}

function Details({ action, onChange }: PartProps) {
  switch (action.type) {
    case "send-notification":
      return (
        <>
          <Labelled name="Subject">
            <TextField
              value={action.subject ?? ""}
              onChange={({ target }) => onChange({ ...action, subject: target.value })}
            />
          </Labelled>
          <TextArea
            label="Message"
            value={action.body}
            onChange={(body) => onChange({ ...action, body })}
            about={<TemplateHelp />}
          />
        </>
      );
    case "call-webhook":
      return (
        <TextArea
          label="Payload"
          mono
          value={
            typeof action.payload === "string"
              ? action.payload
              : action.payload == null
                ? ""
                : JSON.stringify(action.payload, null, 2)
          }
          onChange={(payload) => onChange({ ...action, payload })}
          about={<TemplateHelp />}
        />
      );
    case "run-deployment":
      return <RunDetails action={action} onChange={onChange} />;
    case "change-flow-run-state":
      return (
        <div className="flex flex-wrap items-center gap-1.5">
          <span>to</span>
          <Select
            label="Type of the state"
            value={action.state}
            options={stateTypeOrder.map((value) => ({ value, label: stateLook(value).label }))}
            onChange={(state) => onChange({ ...action, state })}
          />
          <TextField
            aria-label="Name of the state"
            placeholder="its usual name"
            value={action.name ?? ""}
            onChange={({ target }) => onChange({ ...action, name: target.value === "" ? null : target.value })}
          />
          <TextField
            aria-label="Message of the state"
            placeholder="message"
            value={action.message ?? ""}
            onChange={({ target }) => onChange({ ...action, message: target.value === "" ? null : target.value })}
            className="min-w-40 flex-1"
          />
        </div>
      );
    default:
      return null;
  }
}

type RunAction = Extract<ActionInput, { type: "run-deployment" }>;

/** The parameters as the deployment's form, or as JSON with templates in it. */
function RunDetails({
  action,
  onChange,
}: {
  readonly action: RunAction;
  readonly onChange: (action: ActionInput) => void;
}) {
  const { deployment_id: id, source, schedule_after } = action;
  const isSelected = source !== "inferred" && typeof id === "string" && id !== "";
  const form = useQuery({ ...runFormQuery(id ?? "", undefined), enabled: isSelected });
  const schema = form.data?.parameter_schema;
  const drawn = useMemo(
    () => (schema === undefined || schema === null ? undefined : drawnSchema({ ...schema, required: [] })),
    [schema],
  );
  const delay = typeof schedule_after === "number" ? schedule_after : 0;
  return (
    <>
      {isSelected && form.isPending ? null : (
        <ValuesForm
          key={id}
          label="Parameters"
          drawn={drawn}
          value={{ ...(action.parameters ?? {}) }}
          onChange={({ value }) => onChange({ ...action, parameters: { ...value } })}
        />
      )}
      <p className="text-xs text-faint">
        Parameters that are left out are the deployment's. As JSON they may be templates, such as{" "}
        <code>{'{"day": "{{ event.occurred.date() }}"}'}</code>.
      </p>
      {typeof schedule_after === "string" ? null : (
        <div className="flex flex-wrap items-center gap-1.5">
          <span>after</span>
          <DurationField
            label="After how long"
            seconds={delay}
            onChange={(seconds) => onChange({ ...action, schedule_after: seconds })}
          />
        </div>
      )}
    </>
  );
}

function TemplateHelp() {
  return (
    <>
      A template: <code>{"{{ flow_run.name }}"}</code>, <code>{"{{ flow.name }}"}</code>,{" "}
      <code>{"{{ flow_run.state.message }}"}</code>, <code>{"{{ flow_run | ui_url }}"}</code>,{" "}
      <code>{"{{ event.payload.amount }}"}</code>, <code>{"{{ automation.name }}"}</code>
    </>
  );
}

/** What the action would have done at the last firing. */
function Preview({ preview }: { readonly preview: ActionPreview }) {
  const rendered = Object.entries(preview.rendered).filter(([, value]) => value !== null && value !== "");
  if (rendered.length === 0 && preview.problem === null) return null;
  return (
    <div className="flex min-w-0 flex-col gap-1 rounded-md bg-sunken p-2 text-xs">
      <span className="text-faint">At the last time it would have fired:</span>
      {preview.problem === null ? null : <span className="break-words text-danger">{preview.problem}</span>}
      {rendered.map(([name, value]) => (
        <span key={name} className="break-words whitespace-pre-wrap">
          <span className="text-muted">{name}: </span>
          {typeof value === "string" ? value : JSON.stringify(value)}
        </span>
      ))}
    </div>
  );
}
