import { timeOrderedId } from "@ostinato/core";
import type { Automation, Event } from "@ostinato/protocol";
import { writeJson } from "../db/json-text.ts";
import type { Unit } from "../kernel/unit.ts";
import type { Firing } from "../triggers/composites.rules.ts";
import { type ActionRow, insertActions } from "./jobs.queries.ts";
import { actionsOf, listsOf } from "./listed-actions.rules.ts";

/** The loop that does what is queued. */
export const actionsLoop = "automation-actions";

/** A firing of an automation whose actions are to be done. */
export interface NewFiring {
  readonly automation: Automation;
  readonly firing: Firing;
  readonly chain: number;
  /** The event that fired it. */
  readonly event: Event | undefined;
  /** The event that tells of the firing. */
  readonly triggeredEventId: string;
}

/** Queues the actions of firings, in the unit of work in which they fire. They are done after it. */
export async function queueActions(unit: Unit, firings: readonly NewFiring[]): Promise<void> {
  const rows = firings.flatMap((each) => rowsOf(unit, each));
  if (rows.length === 0) return;
  await insertActions(unit.tx, rows);
  unit.wakesLoop(actionsLoop);
}

function rowsOf({ context }: Unit, { automation, firing, chain, event, triggeredEventId }: NewFiring): ActionRow[] {
  const now = context.clock.now();
  const shared = { automation: writeJson(automation), firing: writeJson(firing), chain };
  return actionsOf(automation, listsOf(firing)).map(({ list, index, action }) => ({
    id: timeOrderedId(context.clock.now()),
    automation_id: automation.id,
    ...shared,
    action: writeJson(action),
    action_index: index,
    triggered: now,
    triggered_event_id: triggeredEventId,
    event_id: list === "actions" ? (event?.id ?? null) : triggeredEventId,
    attempts: 0,
    due: now,
    delivered: null,
  }));
}
