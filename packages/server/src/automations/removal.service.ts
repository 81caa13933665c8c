import * as events from "../events/events.service.ts";
import type { Unit } from "../kernel/unit.ts";
import { automationEvent } from "./automations.presenter.ts";
import * as queries from "./automations.queries.ts";

/** Deletes the automations that a resource owns. */
export async function removeOwnedIn(unit: Unit, resourceId: string): Promise<void> {
  await removeIn(unit, await queries.automationsOf(unit.tx, resourceId, { owned: true }));
}

export async function removeIn(unit: Unit, rows: readonly queries.AutomationRow[]): Promise<void> {
  if (rows.length === 0) return;
  const now = unit.context.clock.now();
  await queries.moveVersion(unit.tx, now);
  await queries.deleteAutomations(
    unit.tx,
    rows.map(({ id }) => id),
  );
  await events.recordNew(
    unit,
    rows.map((row) => automationEvent("deleted", row, now)),
  );
  unit.deleted(
    "automation",
    rows.map(({ id }) => id),
  );
}
