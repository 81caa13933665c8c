import { parseTimestamp, toTimestamp } from "@ostinato/core";
import type { Event, Resource, Trigger } from "@ostinato/protocol";
import { type Links, Moment, Span } from "@ostinato/templates";
import * as limits from "../concurrency-limits/limit-changes.service.ts";
import * as deployments from "../deployments/deployments.service.ts";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import * as flows from "../flows/flows.service.ts";
import type { Context } from "../kernel/context.ts";
import { RequestError } from "../kernel/errors.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import type { Firing } from "../triggers/composites.rules.ts";
import * as variables from "../variables/variables.service.ts";
import * as workPools from "../work-pools/work-pools.service.ts";
import * as workQueues from "../work-queues/work-queues.service.ts";
import type { ActionJob } from "./action-job.ts";
import { linksTo } from "./links.rules.ts";
import { idIn } from "./subjects.rules.ts";

/** The values that templates of an action are given, and where their pages are. */
export interface TemplateValues {
  readonly context: Readonly<Record<string, unknown>>;
  readonly links: Links;
}

/** Reads an object of the event, by the name that templates have for it. */
const readers: Readonly<Record<string, (context: Context, id: string) => Promise<unknown>>> = {
  deployment: deployments.read,
  flow: flows.read,
  flow_run: flowRuns.read,
  task_run: taskRuns.read,
  work_pool: async (context, id) => (await workPools.readMany(context, [id]))[0],
  work_queue: (context, id) => workQueues.read(context, { id }),
  concurrency_limit: (context, id) => limits.read(context, id),
};

/** As Prefect names them. Objects are read only where a template names them. */
export async function templateValues(
  context: Context,
  job: ActionJob,
  templates: readonly string[],
): Promise<TemplateValues> {
  const { automation, event, firing } = job;
  const isNamed = (name: string) => templates.some((template) => template.includes(name));
  const objects: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(readers)) {
    const resource = event === undefined ? undefined : idIn(event, name.replaceAll("_", "-"));
    if (resource === undefined || !isNamed(name)) continue;
    objects[name] = withStateOf(event, name, timesRead(await ifThere(read(context, resource))));
  }
  if (isNamed("variables")) objects.variables = await allVariables(context);
  const firings = allFirings(firing);
  const shown = { ...objects, automation: timesRead(automation) };
  const values = {
    ...shown,
    event: event === undefined ? null : eventRead(event),
    labels: nested(firing.labels),
    firing: firingRead(firing, job),
    firings: firings.map((each) => firingRead(each, job)),
    events: firings.flatMap(({ event_id }) => eventOf(event_id, job)).map(eventRead),
  };
  return { context: values, links: linksTo(context.config, shown) };
}

async function ifThere<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return (await reading) ?? null;
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return null;
    throw error;
  }
}

const maxVariables = 200;

async function allVariables(context: Context): Promise<object> {
  const found = await variables.filter(context, { limit: maxVariables });
  return Object.fromEntries(found.map(({ name, value }) => [name, value]));
}

/** The state that the event tells of, since the run may have left it. */
function withStateOf(event: Event | undefined, name: string, value: unknown): unknown {
  if ((name !== "flow_run" && name !== "task_run") || value === null) return value;
  const kind = name.replace("_", "-");
  const { resource = {} } = event ?? {};
  const { "prefect.state-name": stateName, "prefect.state-type": type, "prefect.state-timestamp": at } = resource;
  const isOwn = resource["prefect.resource.id"]?.startsWith(`prefect.${kind}.`) === true;
  if (!isOwn || stateName === undefined || type === undefined || parseTimestamp(at ?? "") === undefined) return value;
  const message = resource["prefect.state-message"] ?? "";
  const state = { name: stateName, type, message, timestamp: new Moment(toTimestamp(at ?? "")) };
  return { ...(value as object), state };
}

function eventOf(id: string | null, { events }: ActionJob): readonly Event[] {
  const event = events.get(id ?? "");
  return event === undefined ? [] : [event];
}

function allFirings(firing: Firing): readonly Firing[] {
  return [firing, ...firing.firings.flatMap(allFirings)];
}

function allTriggers(trigger: Trigger): readonly Trigger[] {
  return "triggers" in trigger ? [trigger, ...trigger.triggers.flatMap(allTriggers)] : [trigger];
}

function firingRead(firing: Firing, job: ActionJob): object {
  const trigger = allTriggers(job.automation.trigger).find(({ id }) => id === firing.trigger_id) ?? null;
  return {
    id: firing.id,
    trigger,
    trigger_states: [firing.resolved === true ? "Resolved" : "Triggered"],
    triggered: new Moment(firing.at),
    triggering_labels: firing.labels,
    triggering_firings: firing.firings.map((each) => firingRead(each, job)),
    triggering_event: eventOf(firing.event_id, job).map(eventRead)[0] ?? null,
    triggering_value: firing.value ?? null,
  };
}

function eventRead({ occurred, received, resource, related, ...event }: Event): object {
  return {
    ...event,
    occurred: new Moment(toTimestamp(occurred)),
    received: new Moment(toTimestamp(received)),
    resource: resourceRead(resource),
    related: related.map(resourceRead),
  };
}

function resourceRead(resource: Resource): object {
  const { "prefect.resource.id": id, "prefect.resource.name": name = null, "prefect.resource.role": role } = resource;
  return { ...resource, id, name, ...(role === undefined ? {} : { role }), labels: nested(resource) };
}

/** Labels as a tree, by the parts of their names: `labels.prefect.resource.id`. */
function nested(labels: Readonly<Record<string, string>>): object {
  const heads = Map.groupBy(Object.entries(labels), ([label]) => label.split(".", 1)[0] ?? "");
  return Object.fromEntries(
    [...heads].map(([head, entries]) => {
      const below = entries.filter(([label]) => label.length > head.length);
      if (below.length === 0) return [head, entries[0]?.[1] ?? ""];
      return [head, nested(Object.fromEntries(below.map(([label, value]) => [label.slice(head.length + 1), value])))];
    }),
  );
}

const durations = new Set(["total_run_time", "estimated_run_time", "estimated_start_time_delta"]);

/** An object of the API with its times as times: templates ask for their parts. */
function timesRead(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, timeRead(name, part)]));
}

function timeRead(name: string, value: unknown): unknown {
  if (name === "state") return timesRead(value);
  if (durations.has(name) && typeof value === "number") return new Span(Math.round(value * 1_000_000));
  const isTime = typeof value === "string" && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value);
  return isTime ? new Moment(toTimestamp(value)) : value;
}
