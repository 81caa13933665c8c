import type { Automation } from "@ostinato/protocol";
import type { Unit } from "../kernel/unit.ts";
import { rowOf } from "./counts.service.ts";
import { eventTriggersOf } from "./known-triggers.rules.ts";
import * as queries from "./windows.queries.ts";
import { firstWindow } from "./windows.rules.ts";

/** An automation is new, has changed, or is switched on: what it misses from now on is counted from now on. */
export async function begin(unit: Unit, automation: Automation): Promise<void> {
  if (!automation.enabled) return;
  const now = unit.context.clock.now();
  const rows = eventTriggersOf(automation).flatMap((entry) => {
    const window = firstWindow(entry.trigger, now);
    return window === undefined ? [] : [rowOf({ entry, values: [] }, window, now)];
  });
  await queries.putWindows(unit.tx, rows);
}
