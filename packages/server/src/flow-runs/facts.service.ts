import * as runSlots from "../concurrency-limits/run-slots.service.ts";
import * as heartbeats from "../heartbeats/heartbeats.service.ts";
import type { Unit } from "../kernel/unit.ts";
import type { LoadFact } from "../orchestration/engine.ts";
import type { FlowRunFacts } from "../orchestration/flow-run-rules.ts";
import { slotsOfPlace } from "../work-queues/place-slots.service.ts";
import { proposingClient } from "./clients.rules.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";
import * as queries from "./restarts.queries.ts";
import type { RelatedResources } from "./state-event.ts";

/** The run that a state is proposed for, and who proposes it. */
export interface Asked {
  readonly row: FlowRunRow;
  readonly related: Pick<RelatedResources, "deployment">;
  /** The version of Prefect's client; undefined for others. */
  readonly clientVersion: string | undefined;
  /** Whether the proposer has counted the slots of the work queue and its pool, and holds the pool. */
  readonly hasRoom?: boolean | undefined;
}

type Loaders = { readonly [Name in keyof FlowRunFacts]: (unit: Unit, asked: Asked) => Promise<FlowRunFacts[Name]> };

/**
 * Loaders of the facts of flow runs, called in the unit of work of the transition. A fact that other runs may change at the same
 * time, such as the slots of a limit, is read with a lock on its row (`portable.rowLock`), so that runs decide one after another.
 */
const loaders: Loaders = {
  lastSign: async (unit, { row }) => (await heartbeats.lastSign(unit.tx, row.id)) ?? null,

  async slots(unit, { row, related }) {
    const { id: deploymentId, limitId = null } = related.deployment ?? {};
    if (deploymentId === undefined || limitId === null) return null;
    return runSlots.slotsFor(unit, { id: row.id, deploymentId, limitId });
  },

  async room(unit, { row, hasRoom }) {
    return hasRoom === true || row.work_queue_id === null ? [] : slotsOfPlace(unit, row.work_queue_id);
  },

  client: async (_unit, { clientVersion }) => proposingClient(clientVersion),

  async restartsLeft({ tx }, { row, related }) {
    const policy = related.deployment === null ? undefined : await queries.runPolicyOf(tx, related.deployment.id);
    if (policy?.on_crash !== "restart") return 0;
    return (policy.max_restarts ?? defaultMaxRestarts) - (await queries.restartsOf(tx, row.id));
  },
};

/** A run that crashes again and again is not to keep a machine busy for ever. */
const defaultMaxRestarts = 3;

export function factsOf(unit: Unit, asked: Asked): LoadFact<FlowRunFacts> {
  return (name) => loaders[name](unit, asked);
}
