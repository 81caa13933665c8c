import { stateNames } from "@ostinato/core";
import type { Automation, NamedThing } from "../api/types.ts";
import { amount } from "../format.ts";
import { stateLook } from "../states.ts";
import type { ActionInput, RunScope, TriggerForm, TriggerInput } from "./trigger-form.ts";
import { formOf, scopeIn, webhookIn } from "./trigger-form.ts";

/** Names of what automations mention, by id. */
export type Names = ReadonlyMap<string, NamedThing>;

export function namesById(names: readonly NamedThing[]): Names {
  return new Map(names.map((each) => [each.id, each]));
}

/** An automation in one sentence: `When a run of train fails, send a message by team.` */
export function automationSentence(automation: Pick<Automation, "trigger" | "actions">, names: Names): string {
  const { trigger, actions } = automation;
  const done = actions.map((action) => actionWords(action as ActionInput, names));
  return `${triggerWords(trigger as TriggerInput, names)}, ${done.length === 0 ? "do nothing" : listed(done, "and")}.`;
}

/** `When a run of train fails`. */
export function triggerWords(trigger: TriggerInput, names: Names): string {
  const isWhole = trigger.type === "event" || trigger.type === "metric";
  return `${isWhole ? "" : "When "}${wordsOf(trigger, names)}`;
}

function wordsOf(trigger: TriggerInput, names: Names): string {
  if (trigger.type === "event") {
    const form = formOf(trigger);
    return form === undefined ? otherWords(trigger) : formWords(form, names);
  }
  if (trigger.type === "metric") return metricWords(trigger, names);
  const { triggers, within } = trigger;
  const parts = triggers.map((each) => lowerFirst(wordsOf(each, names).replace(/^When /, "")));
  const time = within === null ? "" : ` within ${secondsWords(within)}`;
  if (trigger.type === "sequence") return `${parts.join(", then ")}${time}`;
  const { require } = trigger;
  if (require === "any") return `${listed(parts, "or")}`;
  if (require === "all") return `${listed(parts, "and")}${time}`;
  return `${require} of these happen${time}: ${parts.join("; ")}`;
}

export const figures = {
  successes: "the success rate of runs",
  duration: "the mean duration of runs",
  lateness: "the mean lateness of runs",
} as const;
export const comparisons = { "<": "below", "<=": "at most", ">": "above", ">=": "at least" } as const;
const usualMetricSeconds = 300;

/** `When the success rate of runs of train is below 90 % over 1 day for 5 minutes`. */
function metricWords(trigger: Extract<TriggerInput, { type: "metric" }>, names: Names): string {
  const { name, operator, threshold, range = usualMetricSeconds, firing_for = usualMetricSeconds } = trigger.metric;
  const scope = scopeIn(trigger.match_related);
  const of =
    scope === undefined
      ? (namedWords(trigger.match_related) ?? " that meet conditions on what they are related to")
      : scopeWords(scope, names);
  const beyond = name !== "successes" ? secondsWords(threshold) : threshold > 1 ? `${threshold} %` : String(threshold);
  const time = firing_for === 0 ? "" : ` for ${secondsWords(firing_for)}`;
  return `When ${figures[name]}${of} is ${comparisons[operator]} ${beyond} over ${secondsWords(range)}${time}`;
}

function otherWords(trigger: Extract<TriggerInput, { type: "event" }>): string {
  const { expect = [], after = [], posture, within } = trigger;
  const what = expect.length === 0 ? "any event" : listed([...expect], "or");
  const first = after.length === 0 ? "" : ` after ${listed([...after], "or")}`;
  const time = within === undefined || within === 0 ? "" : ` within ${secondsWords(within)}`;
  return posture === "Proactive" ? `When ${what} does not come${first}${time}` : `When ${what} comes${first}${time}`;
}

export function formWords(form: TriggerForm, names: Names): string {
  const { about, when, names: what, count, within } = form;
  const subject = subjectWords(form, names);
  const time = secondsWords(within);
  if (when === "absent") {
    if (about === "event") return `When there is no ${eventWords(form, names)} for ${time}`;
    return `When no ${subject.replace(/^an? /, "")} ${doneWords(form, what)} for ${time}`;
  }
  if (when === "lasts") return `When ${subject} ${lastingWords(form)} ${time}`;
  const often = count > 1 ? ` ${count} times` : "";
  const span = within > 0 && count > 1 ? ` within ${time}` : "";
  if (about === "event") return `When ${eventWords(form, names)} comes${often}${span}`;
  return `When ${subject} ${doneWords(form, what)}${often}${span}`;
}

/** `order.paid or order.sent of order.9`, `any event of the webhook shop`. */
function eventWords({ names: what, resource, related, when }: TriggerForm, names: Names): string {
  const isAny = what.length === 0 || what.includes("*");
  const event = isAny ? (when === "absent" ? "event" : "any event") : listed(what, "or");
  const from = related === undefined ? "" : ` ${relatedWords(related, names)}`;
  return `${event}${resource === "" ? "" : ` of ${resource}`}${from}`;
}

/** Conditions on what an event is related to, which the fields do not show. */
export function relatedWords(related: NonNullable<TriggerForm["related"]>, names: Names): string {
  const webhook = webhookIn(related);
  if (webhook !== undefined) return `of the webhook ${nameOf(webhook, names)}`;
  return namedWords(related)?.trim() ?? "that meets conditions on what it is related to";
}

function subjectWords(form: TriggerForm, names: Names): string {
  const { about, scope, ids, related } = form;
  if (about !== "flow-run") {
    const named = ids.map((id) => (about === "asset" ? id : nameOf(id, names)));
    const noun = placeNouns[about] ?? "resource";
    return named.length === 0 ? `${about === "asset" ? "an" : "a"} ${noun}` : `${noun} ${listed(named, "or")}`;
  }
  const others =
    related === undefined ? "" : (namedWords(related) ?? " that meets conditions on what it is related to");
  return `a run${scopeWords(scope, names)}${others}`;
}

/** Runs of what is named by its name, as programs write it: ` of train/nightly with the tag gpu`. Undefined where it is said otherwise. */
function namedWords(related: TriggerForm["related"]): string | undefined {
  const found: Record<string, string> = {};
  for (const condition of [related ?? {}].flat()) {
    const {
      "prefect.resource.role": role,
      "prefect.resource.name": name,
      "prefect.resource.id": id,
      ...more
    } = condition;
    const tag =
      role === "tag" && typeof id === "string" && id.startsWith(tagPrefix) ? id.slice(tagPrefix.length) : name;
    if (typeof role !== "string" || typeof tag !== "string" || role in found || Object.keys(more).length > 0)
      return undefined;
    if (role === "tag" ? name !== undefined : id !== undefined) return undefined;
    found[role] = tag;
  }
  const { flow, deployment, "work-pool": pool, tag, ...others } = found;
  if (Object.keys(others).length > 0) return undefined;
  const of = [flow, deployment].filter((each) => each !== undefined).join("/");
  return [
    of === "" ? "" : ` of ${of}`,
    pool === undefined ? "" : ` in ${pool}`,
    tag === undefined ? "" : ` with the tag ${tag}`,
  ].join("");
}

const tagPrefix = "prefect.tag.";

function scopeWords(scope: RunScope, names: Names): string {
  const of = [...scope.flows, ...scope.deployments].map((id) => nameOf(id, names));
  const pools = scope.pools.map((id) => nameOf(id, names));
  return [
    of.length === 0 ? "" : ` of ${listed(of, "or")}`,
    pools.length === 0 ? "" : ` in ${listed(pools, "or")}`,
    scope.tags.length === 0 ? "" : ` with the tag ${listed(scope.tags, "or")}`,
  ].join("");
}

const placeNouns: Readonly<Record<string, string>> = {
  deployment: "deployment",
  "work-pool": "work pool",
  "work-queue": "work queue",
  asset: "asset",
};

/** What a run or a place does, by the names of its events. */
function doneWords({ about }: TriggerForm, what: readonly string[]): string {
  if (what.length === 0) return "changes";
  return listed(
    what.map((name) =>
      about === "flow-run" ? (runVerbs[name] ?? `enters the state ${name}`) : (placeVerbs[name] ?? name),
    ),
    "or",
  );
}

export const runVerbs: Readonly<Record<string, string>> = {
  Scheduled: "is scheduled",
  Late: "is late",
  Pending: "is about to start",
  Running: "starts",
  Retrying: "starts another attempt",
  AwaitingRetry: "waits to be retried",
  Completed: "completes",
  Failed: "fails",
  TimedOut: "runs out of time",
  Crashed: "crashes",
  Cancelling: "is asked to stop",
  Cancelled: "is cancelled",
  Paused: "pauses",
  Suspended: "is suspended",
};

export const placeVerbs: Readonly<Record<string, string>> = {
  ready: "becomes ready",
  "not-ready": "is not ready any more",
  paused: "is paused",
  disabled: "is switched off",
  "materialization.succeeded": "is made",
  "materialization.failed": "could not be made",
  referenced: "is read",
};

function lastingWords({ about, names: what }: TriggerForm): string {
  if (about !== "flow-run")
    return what.includes("not-ready") ? "stays not ready for" : `stays ${listed(what, "or")} for`;
  if (what.length === 1 && what[0] === stateNames.running) return "takes longer than";
  if (what.length === 1 && what[0] === stateNames.pending) return "waits to start for";
  return `stays ${listed(what, "or")} for`;
}

/** `send a message by team`. */
export function actionWords(action: ActionInput, names: Names): string {
  const verb = verbs[action.type];
  const selected = (id: string | null | undefined, noun: string) =>
    id === null || id === undefined || ("source" in action && action.source === "inferred")
      ? `the ${noun} of the event`
      : `${noun} ${nameOf(id, names)}`;
  switch (action.type) {
    case "run-deployment":
    case "pause-deployment":
    case "resume-deployment":
      return `${verb} ${selected(action.deployment_id, "deployment")}`;
    case "pause-work-pool":
    case "resume-work-pool":
      return `${verb} ${selected(action.work_pool_id, "work pool")}`;
    case "pause-work-queue":
    case "resume-work-queue":
      return `${verb} ${selected(action.work_queue_id, "work queue")}`;
    case "pause-automation":
    case "resume-automation":
      return `${verb} ${selected(action.automation_id, "automation")}`;
    case "send-notification":
      return `send a message by ${nameOf(action.block_document_id, names)}`;
    case "call-webhook":
      return `call the webhook ${nameOf(action.block_document_id, names)}`;
    case "change-flow-run-state":
      return `set the state of the run to ${stateLook(action.state, action.name).label}`;
    default:
      return verb ?? action.type;
  }
}

const verbs: Readonly<Record<string, string>> = {
  "do-nothing": "do nothing",
  "run-deployment": "run",
  "pause-deployment": "pause",
  "resume-deployment": "resume",
  "pause-work-pool": "pause",
  "resume-work-pool": "resume",
  "pause-work-queue": "pause",
  "resume-work-queue": "resume",
  "pause-automation": "switch off",
  "resume-automation": "switch on",
  "cancel-flow-run": "cancel the run",
  "suspend-flow-run": "suspend the run",
  "resume-flow-run": "resume the run",
  "delete-flow-run": "delete the run",
};

function nameOf(id: string | null | undefined, names: Names): string {
  if (id === null || id === undefined || id === "") return "…";
  const found = names.get(id);
  if (found === undefined) return `${id.slice(0, 8)}… (gone)`;
  return found.kind === "deployment" || found.kind === "work-queue" ? `${found.of}/${found.name}` : found.name;
}

/** `10 min`, `2 h 30 min`: durations of automations are set by people, in whole units. */
function secondsWords(given: number | string): string {
  if (typeof given === "string") return given;
  if (given < 60) return amount(given, "second");
  const parts = [
    [Math.floor(given / 86_400), "day"],
    [Math.floor((given % 86_400) / 3600), "hour"],
    [Math.floor((given % 3600) / 60), "minute"],
    [given % 60, "second"],
  ] as const;
  return parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => amount(value, unit))
    .join(" ");
}

function listed(parts: readonly string[], word: "and" | "or"): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
