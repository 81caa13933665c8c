import { stateNames } from "@ostinato/core";
import type { ActionInput, EventTriggerInput, ResourceSpecification, TriggerInput } from "@ostinato/protocol";

export type { ActionInput, EventTriggerInput, TriggerInput };

/** What a trigger is about: runs, places, assets, or events of any name. */
export const triggerSubjects = ["flow-run", "deployment", "work-pool", "work-queue", "asset", "event"] as const;
export type TriggerSubject = (typeof triggerSubjects)[number];

/** `happens`: events come. `lasts`: one comes, and what would end it does not. `absent`: events do not come. */
export type TriggerWhen = "happens" | "lasts" | "absent";

/** Of which runs. Ids, but for tags. */
export interface RunScope {
  readonly flows: readonly string[];
  readonly deployments: readonly string[];
  readonly pools: readonly string[];
  readonly tags: readonly string[];
}

/** Which runs a trigger is about. */
export interface RunsForm {
  readonly scope: RunScope;
  /** Conditions on related resources that the fields do not show, and that stay as they are instead of the scope. */
  readonly related?: EventTriggerInput["match_related"] | undefined;
}

/** An event trigger as the fields of a sentence. */
export interface TriggerForm extends RunsForm {
  readonly about: TriggerSubject;
  readonly when: TriggerWhen;
  /** Names of states, statuses or events. */
  readonly names: readonly string[];
  /** The places, where it is about places, and the keys of assets. */
  readonly ids: readonly string[];
  /** A pattern of the resource's id, where it is about events of any name. */
  readonly resource: string;
  readonly count: number;
  /** In seconds. */
  readonly within: number;
}

export const noScope: RunScope = { flows: [], deployments: [], pools: [], tags: [] };

/** States that a run ends in. */
const endStates: readonly string[] = [
  stateNames.completed,
  stateNames.failed,
  stateNames.crashed,
  stateNames.cancelled,
  stateNames.timedOut,
];
const runStates = "prefect.flow-run.";
const idLabel = "prefect.resource.id";
const roleLabel = "prefect.resource.role";

/** The trigger that says what the fields say. */
export function triggerOf(form: TriggerForm): EventTriggerInput {
  const { about, when, names, count, within } = form;
  const prefix = about === "event" ? "" : `prefect.${about}.`;
  const events = names.map((name) => `${prefix}${name}`);
  const lasts = when === "lasts";
  return {
    type: "event",
    posture: when === "happens" ? "Reactive" : "Proactive",
    match: matchOf(form),
    match_related: relatedOf(form),
    after: lasts ? events : [],
    expect: lasts ? endsOf(about, names).map((name) => `${prefix}${name}`) : events,
    for_each: lasts ? [idLabel] : [],
    threshold: count,
    within,
  };
}

/** What ends that a run or a place is so. */
function endsOf(about: TriggerSubject, names: readonly string[]): readonly string[] {
  if (about !== "flow-run") return placeStatuses.filter((status) => !names.includes(status));
  const { pending, running } = stateNames;
  if (names.includes(running)) return endStates;
  const next = names.includes(pending) ? [running, ...endStates] : [pending, running, ...endStates];
  return next.filter((name) => !names.includes(name));
}

export const placeStatuses = ["ready", "not-ready", "paused"];
/** What happens to assets, by the names of their events. */
export const assetChanges = ["materialization.succeeded", "materialization.failed", "referenced"] as const;

function matchOf({ about, ids, resource }: TriggerForm): NonNullable<EventTriggerInput["match"]> {
  if (about === "event") return resource === "" ? {} : { [idLabel]: resource };
  if (about === "asset") return ids.length === 0 ? {} : { [idLabel]: oneOrMany(ids) };
  if (about === "flow-run") return { [idLabel]: "prefect.flow-run.*" };
  return { [idLabel]: ids.length === 0 ? `prefect.${about}.*` : oneOrMany(ids.map((id) => `prefect.${about}.${id}`)) };
}

const scopeRoles = [
  ["flows", "flow"],
  ["deployments", "deployment"],
  ["pools", "work-pool"],
  ["tags", "tag"],
] as const satisfies readonly (readonly [keyof RunScope, string])[];

/** The conditions on related resources that say which runs are meant. */
export function relatedOf({ scope, related }: RunsForm): NonNullable<EventTriggerInput["match_related"]> {
  if (related !== undefined) return related;
  const all = scopeRoles.flatMap(([key, role]) => {
    const ids = scope[key].map((id) => `prefect.${role}.${id}`);
    return ids.length === 0 ? [] : [{ [roleLabel]: role, [idLabel]: oneOrMany(ids) }];
  });
  return all.length === 1 ? (all[0] ?? {}) : all.length === 0 ? {} : all;
}

function oneOrMany(values: readonly string[]): string | string[] {
  const [only, ...others] = values;
  return only !== undefined && others.length === 0 ? only : [...values];
}

/** The fields that say what the trigger says; undefined where they cannot say all of it. */
export function formOf(trigger: TriggerInput): TriggerForm | undefined {
  if (trigger.type !== "event" || typeof trigger.within === "string") return undefined;
  const { posture, expect = [], after = [], threshold = 1, within = 0 } = trigger;
  const when: TriggerWhen = posture === "Reactive" ? "happens" : after.length > 0 ? "lasts" : "absent";
  const events = when === "lasts" ? after : expect;
  const matched = matchedBy(trigger);
  const scope = scopeIn(trigger.match_related);
  for (const about of triggerSubjects) {
    const prefix = about === "event" ? "" : `prefect.${about}.`;
    if (events.length === 0 ? about !== "event" : !events.every((name) => name.startsWith(prefix))) continue;
    const form: TriggerForm = {
      about,
      when,
      names: events.map((name) => name.slice(prefix.length)),
      scope: scope ?? noScope,
      ids: idsOf(about, matched),
      resource: about === "event" ? (matched?.length === 1 ? (matched[0] ?? "") : "") : "",
      count: threshold,
      within,
      ...(scope === undefined ? { related: trigger.match_related } : {}),
    };
    if (saysTheSame(triggerOf(form), trigger)) return form;
  }
  return undefined;
}

function matchedBy({ match = {} }: EventTriggerInput): readonly string[] | undefined {
  const wanted = match[idLabel];
  return wanted === undefined ? undefined : [wanted].flat();
}

function idsOf(about: TriggerSubject, matched: readonly string[] | undefined): readonly string[] {
  if (about === "event" || about === "flow-run") return [];
  return about === "asset" ? (matched ?? []) : idsIn(matched, `prefect.${about}.`);
}

function idsIn(matched: readonly string[] | undefined, prefix: string): readonly string[] {
  return (matched ?? [])
    .filter((id) => id.startsWith(prefix) && !id.includes("*"))
    .map((id) => id.slice(prefix.length));
}

/** The scope that conditions on related resources say; undefined where they say something else. */
export function scopeIn(given: EventTriggerInput["match_related"]): RunScope | undefined {
  const conditions = (Array.isArray(given) ? given : [given ?? {}]).filter((each) => Object.keys(each).length > 0);
  let scope = noScope;
  for (const condition of conditions) {
    const { [idLabel]: id, [roleLabel]: role, ...others } = condition;
    const known = scopeRoles.find(([, name]) => name === [role].flat()[0] && [role].flat().length === 1);
    if (known === undefined || id === undefined || Object.keys(others).length > 0) return undefined;
    const [key, name] = known;
    const ids = [id].flat();
    if (scope[key].length > 0 || !ids.every((each) => each.startsWith(`prefect.${name}.`) && !each.includes("*")))
      return undefined;
    scope = { ...scope, [key]: ids.map((each) => each.slice(`prefect.${name}.`.length)) };
  }
  return scope;
}

/** The id of the webhook whose events the conditions want, where they want nothing else. */
export function webhookIn(related: EventTriggerInput["match_related"]): string | undefined {
  const [only, ...others] = [related ?? {}].flat();
  if (only === undefined || others.length > 0) return undefined;
  const { [idLabel]: id, [roleLabel]: role, ...more } = only;
  if (typeof id !== "string" || role !== "webhook" || Object.keys(more).length > 0) return undefined;
  return id.startsWith(webhookPrefix) ? id.slice(webhookPrefix.length) : undefined;
}

export function relatedOfWebhook(id: string): NonNullable<EventTriggerInput["match_related"]> {
  return { [roleLabel]: "webhook", [idLabel]: `${webhookPrefix}${id}` };
}

const webhookPrefix = "ostinato.webhook.";

/** Whether two triggers mean the same, whatever they leave to their defaults. */
function saysTheSame(one: EventTriggerInput, other: EventTriggerInput): boolean {
  return JSON.stringify(normal(one)) === JSON.stringify(normal(other));
}

const known = new Set([
  "type",
  "id",
  "posture",
  "match",
  "match_related",
  "after",
  "expect",
  "for_each",
  "threshold",
  "within",
]);

function normal({ id: _id, ...trigger }: EventTriggerInput) {
  const {
    match = {},
    match_related = {},
    after = [],
    expect = [],
    for_each = [],
    posture,
    threshold = 1,
    within = 0,
  } = trigger;
  const others = Object.entries(trigger).filter(([name]) => !known.has(name));
  const isRuns = expect.concat(after).length > 0 && expect.concat(after).every((name) => name.startsWith(runStates));
  // Events of runs are about runs, also where no label says it.
  const matched = isRuns && JSON.stringify(normalLabels(match)) === "[]" ? { [idLabel]: "prefect.flow-run.*" } : match;
  return [
    posture,
    normalLabels(matched),
    [match_related]
      .flat()
      .map(normalLabels)
      .filter((labels) => labels.length > 0)
      .map((labels) => JSON.stringify(labels))
      .toSorted(),
    after.toSorted(),
    expect.toSorted(),
    for_each.toSorted(),
    threshold,
    within,
    others,
  ];
}

function normalLabels(labels: ResourceSpecification) {
  return Object.entries(labels)
    .map(([label, values]) => [label, [values].flat().toSorted()] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}
