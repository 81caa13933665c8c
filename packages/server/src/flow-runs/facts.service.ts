import * as heartbeats from "../heartbeats/heartbeats.service.ts";
import type { Unit } from "../kernel/unit.ts";
import type { LoadFact } from "../orchestration/engine.ts";
import type { FlowRunFacts } from "../orchestration/flow-run-rules.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";

type Loaders = { readonly [Name in keyof FlowRunFacts]: (unit: Unit, row: FlowRunRow) => Promise<FlowRunFacts[Name]> };

/**
 * Loaders of the facts of flow runs, called in the unit of work of the transition. A fact that other runs may change at the same
 * time, such as the slots of a limit, is read with a lock on its row (`portable.rowLock`), so that runs decide one after another.
 */
const loaders: Loaders = {
  lastSign: async (unit, { id }) => (await heartbeats.lastSign(unit.tx, id)) ?? null,
};

export function factsOf(unit: Unit, row: FlowRunRow): LoadFact<FlowRunFacts> {
  return (name) => loaders[name](unit, row);
}
