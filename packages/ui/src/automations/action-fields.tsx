import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import type { ActionPreview, AutomationChoices } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { Select, TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { ResourceLink } from "../events/resource-link.tsx";
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
  readonly isTesting: boolean;
  readonly onChange: (action: ActionInput) => void;
  /** Says of an action whether all that is written in its fields can be read. */
  readonly onRead: (at: string, isRead: boolean) => void;
  readonly onRemove: () => void;
}) {
  const { action, at, label, choices, problems, onChange } = props;
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
      {action.type === "do-nothing" ? null : (
        <Preview type={action.type} preview={props.preview} isTesting={props.isTesting} />
      )}
      <Problems problems={problems} at={at} except={ownProblems[action.type]} />
    </fieldset>
  );
}

/** The parts that show their problems themselves. */
const ownProblems: Partial<Record<ActionInput["type"], readonly string[]>> = {
  "send-notification": ["subject", "body"],
  "call-webhook": ["payload"],
  "run-deployment": ["parameters"],
};

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

type DetailProps = Omit<PartProps, "choices" | "label"> & {
  readonly at: string;
  readonly problems: readonly DraftProblem[];
  readonly onRead: (at: string, isRead: boolean) => void;
};

function Details(props: DetailProps) {
  const { action, at, problems, onChange } = props;
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
          <Problems problems={problems} at={`${at}.subject`} />
          <TextArea
            label="Message"
            value={action.body}
            onChange={(body) => onChange({ ...action, body })}
            problems={<Problems problems={problems} at={`${at}.body`} />}
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
          problems={<Problems problems={problems} at={`${at}.payload`} />}
          about={<TemplateHelp />}
        />
      );
    case "run-deployment":
      return <RunDetails {...props} action={action} />;
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
function RunDetails({ action, at, problems, onChange, onRead }: DetailProps & { readonly action: RunAction }) {
  const { deployment_id: id, source, schedule_after } = action;
  useEffect(() => () => onRead(at, true), [at, onRead]);
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
          onChange={({ value, isRead }) => {
            onRead(at, isRead);
            onChange({ ...action, parameters: { ...value } });
          }}
        />
      )}
      <Problems problems={problems} at={`${at}.parameters`} />
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

const shortTemplates = ["{{ flow_run.name }}", "{{ flow.name }}", "{{ flow_run | ui_url }}", "{{ automation.name }}"];
const longTemplates = ["{{ flow_run.state.message }}", "{{ event.payload.amount }}"];

/** In columns, so that no line breaks elsewhere when the fonts come. */
function TemplateHelp() {
  const example = "overflow-hidden font-sans whitespace-nowrap";
  return (
    <span className="grid grid-cols-2 gap-x-3 sm:grid-cols-3">
      <span className="col-span-full">Templates in it are filled in, such as</span>
      {shortTemplates.map((template) => (
        <code key={template} className={example}>
          {template}
        </code>
      ))}
      {longTemplates.map((template) => (
        <code key={template} className={`${example} max-sm:col-span-2`}>
          {template}
        </code>
      ))}
    </span>
  );
}

/** Actions of which templates make something: their preview takes more than a line. */
const rendering: readonly ActionInput["type"][] = ["send-notification", "call-webhook", "run-deployment"];

/** What the action would have done at the last firing. It is as high whatever comes of it, so that what is below stays. */
function Preview(props: {
  readonly type: ActionInput["type"];
  readonly preview: ActionPreview | undefined;
  readonly isTesting: boolean;
}) {
  const { type, preview, isTesting } = props;
  const rendered = Object.entries(preview?.rendered ?? {}).filter(([, value]) => value !== null && value !== "");
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
      aria-label="What the action would have done"
      className={`flex min-w-0 shrink-0 flex-col gap-1 overflow-y-auto rounded-md bg-sunken p-2 text-xs ${rendering.includes(type) ? "h-22" : "h-13"}`}
    >
      {preview === undefined ? (
        <span className="text-faint">
          {isTesting
            ? "Looking at the past events…"
            : "Once it would have fired, this shows what would have been done."}
        </span>
      ) : (
        <>
          <span className="text-faint">At the last time it would have fired:</span>
          {preview.problem === null ? null : <span className="break-words text-danger">{preview.problem}</span>}
          {rendered.map(([name, value]) => (
            <span key={name} className="break-words whitespace-pre-wrap">
              <span className="text-muted">{name}: </span>
              {typeof value === "string" ? value : JSON.stringify(value)}
            </span>
          ))}
          {rendered.length === 0 && preview.problem === null ? <Target id={preview.target} /> : null}
        </>
      )}
    </section>
  );
}

function Target({ id }: { readonly id: string | null }) {
  return id === null ? <span>It could be done.</span> : <ResourceLink resource={{ "prefect.resource.id": id }} />;
}
