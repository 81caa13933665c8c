import type { Unit } from "../kernel/unit.ts";

/** The follow-up for runs that wait for a slot of their deployment's limit, by the id of the limit: slots have become free. */
export const lineOfLimit = "line of limit";

/** The same by the id of the deployment. */
export const lineOfDeployment = "line of deployment";

/**
 * Has those who wait for slots of these limits looked at, once the unit is durable; where it is known which of the limits have
 * deployments, only runs of these.
 */
export function noteFreed(unit: Unit, limitIds: readonly string[], ofDeployments: readonly string[] = limitIds): void {
  if (limitIds.length === 0) return;
  unit.followUp(lineOfLimit, ofDeployments);
  unit.wakes({ kind: "slots-freed", limitIds });
  noteChanged(unit, limitIds);
}

/** Tells pages that the limits, their slots or their lines have changed. */
export function noteChanged(unit: Unit, limitIds: readonly string[]): void {
  unit.changed(
    "concurrency-limit",
    limitIds.map((id) => ({ id })),
  );
}
