import type { ActionOutcome, Event, Resource } from "@ostinato/protocol";
import { readJson } from "../db/json-text.ts";
import { inOrder } from "../events/event-pages.service.ts";
import type { Context } from "../kernel/context.ts";
import * as queries from "./jobs.queries.ts";
import { actionExecutedEvent, actionFailedEvent, causeRole, firingRole } from "./outcomes.service.ts";

/** Events that are read for one page of firings. An action has at most six. */
const maxEvents = 5000;

/** What became of the actions of firings, by the id of the firing, in the order of the actions. */
export async function outcomesOf(
  context: Context,
  firingIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ActionOutcome[]>> {
  if (firingIds.length === 0) return new Map();
  // Read first: what is done meanwhile is then found twice instead of not at all.
  const waiting = await queries.waitingActions(context.db.read, firingIds);
  const told = await inOrder(context, {
    filter: {
      event: { name: [actionExecutedEvent, actionFailedEvent] },
      related: { id: firingIds.map((id) => `prefect.event.${id}`), role: [firingRole] },
    },
    limit: maxEvents,
  });
  const found = new Map(firingIds.map((id) => [id, new Map<string, ActionOutcome>()]));
  for (const event of told) add(found.get(firingOf(event) ?? ""), outcomeTold(event));
  for (const row of waiting) add(found.get(row.triggered_event_id ?? ""), notBegun(row));
  return new Map([...found].map(([id, outcomes]) => [id, [...outcomes.values()].sort(byIndex)]));
}

/** The last attempt counts, which may not be the latest one by a clock that was moved. */
function add(outcomes: Map<string, ActionOutcome> | undefined, outcome: ActionOutcome): void {
  const before = outcomes?.get(outcome.invocation);
  if (before === undefined || outcome.attempts > before.attempts) outcomes?.set(outcome.invocation, outcome);
}

function byIndex(one: ActionOutcome, other: ActionOutcome): number {
  return one.index - other.index;
}

function firingOf({ related }: Event): string | undefined {
  const named = related.find((resource) => resource["prefect.resource.role"] === firingRole);
  return named?.["prefect.resource.id"]?.slice("prefect.event.".length);
}

type Told = Pick<Event, "id" | "occurred" | "event" | "payload" | "related">;

/** What the event of an action's end tells. Anybody may have sent it. */
export function outcomeTold({ id, occurred, event, payload, related }: Told): ActionOutcome {
  const { action_index, action_type, invocation, attempt, chain: _chain, reason, next_attempt, ...details } = payload;
  const isDone = event === actionExecutedEvent;
  const next = !isDone && typeof next_attempt === "string" ? next_attempt : null;
  return {
    invocation: typeof invocation === "string" ? invocation : id,
    index: typeof action_index === "number" ? action_index : 0,
    type: typeof action_type === "string" ? action_type : "",
    outcome: isDone ? "EXECUTED" : next === null ? "FAILED" : "RETRYING",
    attempts: typeof attempt === "number" ? attempt : 1,
    occurred,
    reason: typeof reason === "string" ? reason : null,
    next_attempt: next,
    details,
    related: related.filter(isAbout),
  };
}

/** Whether it is what the action was about, and not how it came to it. */
function isAbout(resource: Resource): boolean {
  const role = resource["prefect.resource.role"] ?? "";
  return role !== firingRole && role !== causeRole && role !== "cause";
}

function notBegun({ id, action, action_index, attempts }: queries.WaitingAction): ActionOutcome {
  return {
    invocation: id,
    index: action_index,
    type: readJson<{ readonly type: string }>(action).type,
    outcome: "PENDING",
    attempts,
    occurred: null,
    reason: null,
    next_attempt: null,
    details: {},
    related: [],
  };
}
