import { stateNames } from "@ostinato/core";
import type { AutomationChoices } from "../api/types.ts";
import { Select, TextField } from "../components/field.tsx";
import { type Names, placeVerbs, relatedWords, runVerbs, triggerWords } from "./automation-words.ts";
import { ChoiceMenu, choicesOf } from "./choice-menu.tsx";
import { type DraftProblem, DurationField, NumberField, Phrase, Problems } from "./fields.tsx";
import { MetricFields } from "./metric-fields.tsx";
import { metricFormOf, metricTriggerOf } from "./metric-form.ts";
import { listIn, RunScopeFields } from "./run-scope-fields.tsx";
import {
  assetChanges,
  formOf,
  noScope,
  placeStatuses,
  type TriggerForm,
  type TriggerInput,
  type TriggerSubject,
  type TriggerWhen,
  triggerOf,
} from "./trigger-form.ts";

const subjects = [
  { value: "flow-run", label: "a run" },
  { value: "work-pool", label: "a work pool" },
  { value: "work-queue", label: "a work queue" },
  { value: "deployment", label: "a deployment" },
  { value: "asset", label: "an asset" },
  { value: "event", label: "an event" },
] as const satisfies readonly { readonly value: TriggerSubject; readonly label: string }[];

/** The trigger as a sentence to fill in. One that the fields cannot say is shown in words, and written as JSON. */
export function TriggerFields(props: {
  readonly trigger: TriggerInput;
  readonly onChange: (trigger: TriggerInput) => void;
  readonly choices: AutomationChoices | undefined;
  readonly names: Names;
  readonly problems: readonly DraftProblem[];
}) {
  const { trigger, onChange, choices, names, problems } = props;
  const metric = metricFormOf(trigger);
  if (metric !== undefined)
    return (
      <div className="flex min-w-0 flex-col gap-2">
        <MetricFields
          form={metric}
          choices={choices}
          names={names}
          onChange={(changed) => onChange(metricTriggerOf({ ...metric, ...changed }))}
        />
        <Problems problems={problems} at="trigger" labels={fieldLabels} />
      </div>
    );
  const form = formOf(trigger);
  if (form === undefined)
    return (
      <div className="flex flex-col gap-1.5">
        <p className="break-words">{triggerWords(trigger, names)}.</p>
        <p className="text-xs text-muted">
          The fields cannot say all of this trigger. It stays as it is, and can be changed as JSON.
        </p>
        <Problems problems={problems} at="trigger" />
      </div>
    );
  const change = (changed: Partial<TriggerForm>) => onChange(triggerOf({ ...form, ...changed }));
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-1.5">
        <span>When</span>
        <Select
          label="What it is about"
          value={form.about}
          options={subjects}
          onChange={(about) => change({ ...firstOf(about, form.when), related: undefined })}
        />
        <Scope form={form} choices={choices} names={names} onChange={change} />
        {form.about === "asset" ? null : (
          <Select
            label="What happens"
            value={form.when}
            options={whens(form.about)}
            onChange={(when) => change(timed(form, when))}
          />
        )}
        <Happening form={form} onChange={change} known={names} />
        <Often form={form} onChange={change} />
      </div>
      <Problems problems={problems} at="trigger" labels={fieldLabels} />
    </div>
  );
}

/** The fields of which the server may refuse a value, by their places in the trigger. */
const fieldLabels: Readonly<Record<string, string>> = {
  threshold: "How many times",
  within: "The time",
  "metric.threshold": "The threshold",
  "metric.range": "The time over which it is measured",
  "metric.firing_for": "The time for which it lasts",
};

function whens(about: TriggerSubject): readonly { readonly value: TriggerWhen; readonly label: string }[] {
  if (about === "event")
    return [
      { value: "happens", label: "comes" },
      { value: "absent", label: "does not come" },
    ];
  return [
    { value: "happens", label: about === "flow-run" ? "enters the state" : "becomes" },
    { value: "lasts", label: "stays" },
    { value: "absent", label: about === "flow-run" ? "does not enter" : "does not become" },
  ];
}

/** Absent events are waited for at least 10 s by the server; a minute is what people mean at least. */
const usualSeconds = 600;

function timed(form: TriggerForm, when: TriggerWhen): Partial<TriggerForm> {
  if (when === "happens") return { when, count: form.count, within: form.count > 1 ? form.within || usualSeconds : 0 };
  return { when, count: 1, within: form.within > 0 ? form.within : usualSeconds };
}

function firstOf(about: TriggerSubject, when: TriggerWhen): Partial<TriggerForm> {
  const names = firstNames[about];
  return {
    about,
    names,
    ids: [],
    scope: noScope,
    resource: "",
    when: (about === "event" || about === "asset") && when === "lasts" ? "happens" : when,
  };
}

const firstNames: Readonly<Record<TriggerSubject, readonly string[]>> = {
  "flow-run": [stateNames.failed],
  deployment: ["not-ready"],
  "work-pool": ["not-ready"],
  "work-queue": ["not-ready"],
  asset: [assetChanges[0]],
  event: [],
};

interface PartProps {
  readonly form: TriggerForm;
  readonly onChange: (changed: Partial<TriggerForm>) => void;
}

function Scope({
  form,
  onChange,
  choices,
  names,
}: PartProps & { readonly choices: AutomationChoices | undefined; readonly names: Names }) {
  const { about, ids } = form;
  switch (about) {
    case "event":
      return null;
    case "deployment":
      return (
        <ChoiceMenu
          icon="deployments"
          label="Deployments"
          none="any"
          choices={choicesOf(choices?.deployments)}
          chosen={ids}
          onChange={(next) => onChange({ ids: next })}
        />
      );
    case "work-pool":
      return (
        <ChoiceMenu
          icon="pool"
          label="Work pools"
          none="any"
          choices={choicesOf(choices?.work_pools)}
          chosen={ids}
          onChange={(next) => onChange({ ids: next })}
        />
      );
    case "asset":
      return (
        <ChoiceMenu
          icon="table"
          label="Assets"
          none="any"
          choices={(choices?.assets ?? []).map(({ name, of }) => ({ id: name, label: of ?? name }))}
          chosen={ids}
          onChange={(next) => onChange({ ids: next })}
        />
      );
    case "work-queue":
      return (
        <ChoiceMenu
          icon="queue"
          label="Work queues"
          none="any"
          choices={choicesOf(choices?.work_queues)}
          chosen={ids}
          onChange={(next) => onChange({ ids: next })}
        />
      );
    default:
  }
  return <RunScopeFields runs={form} choices={choices} names={names} onChange={onChange} />;
}

function Happening({ form, onChange, known: named }: PartProps & { readonly known: Names }) {
  const { about, names, resource, related } = form;
  if (about === "event")
    return (
      <>
        <TextField
          aria-label="Names of events"
          placeholder="order.paid, order.*"
          value={names.join(", ")}
          onChange={({ target }) => onChange({ names: listIn(target.value) })}
          className="w-56"
        />
        <span>of</span>
        <TextField
          aria-label="Id of the resource"
          placeholder="any resource"
          value={resource}
          onChange={({ target }) => onChange({ resource: target.value })}
          className="w-48"
        />
        {related === undefined ? null : <span className="text-muted">{relatedWords(related, named)}</span>}
      </>
    );
  // States that programs name themselves are chosen by JSON, and stay chosen.
  const usual = about === "flow-run" ? Object.keys(runVerbs) : about === "asset" ? assetChanges : placeStatuses;
  const known = [...new Set([...usual, ...names])];
  return (
    <ChoiceMenu
      icon="runs"
      label={about === "asset" ? "Changes" : "States"}
      none={about === "asset" ? "any change" : "any state"}
      choices={known.map((id) => ({ id, label: choiceWords(about, id) }))}
      chosen={names}
      onChange={(next) => onChange({ names: next })}
    />
  );
}

/** As it follows "enters the state", "becomes", "stays" or the asset. */
function choiceWords(about: TriggerSubject, name: string): string {
  if (about === "flow-run") return name;
  return about === "asset" ? (placeVerbs[name] ?? name) : name.replaceAll("-", " ");
}

type Frequency = "each" | "several" | "never";

const frequencies = [
  { value: "each", label: "each time" },
  { value: "several", label: "several times" },
] as const satisfies readonly { readonly value: Frequency; readonly label: string }[];
/** An asset has no other verb that says it. */
const assetFrequencies = [...frequencies, { value: "never", label: "not once" }] as const;

/** How many events it takes, or for how long there must be none. */
function Often({ form, onChange }: PartProps) {
  const { about, when, count, within } = form;
  const frequency: Frequency = when !== "happens" ? "never" : count > 1 ? "several" : "each";
  return (
    <>
      {when === "happens" || about === "asset" ? (
        <Select
          label="How often"
          value={frequency}
          options={about === "asset" ? assetFrequencies : frequencies}
          onChange={(next) => onChange(ofFrequency(form, next))}
        />
      ) : null}
      {frequency === "several" ? (
        <Phrase>
          <NumberField
            label="How many times"
            min={2}
            whole
            value={count}
            onChange={(next) => onChange({ count: next })}
          />
          <span>times within</span>
          <DurationField label="Within which time" seconds={within} onChange={(next) => onChange({ within: next })} />
        </Phrase>
      ) : null}
      {frequency === "never" ? (
        <Phrase>
          <span>for</span>
          <DurationField label="For how long" seconds={within} onChange={(next) => onChange({ within: next })} />
        </Phrase>
      ) : null}
    </>
  );
}

function ofFrequency(form: TriggerForm, frequency: Frequency): Partial<TriggerForm> {
  if (frequency === "never") return timed(form, "absent");
  const count = frequency === "several" ? Math.max(2, form.count) : 1;
  return timed({ ...form, count }, "happens");
}
