import { timeOrderedId } from "@ostinato/core";
import type { WorkPoolCreate } from "@ostinato/protocol";
import { storable, storableOrNull, writeJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import { checkNewPool } from "../job-templates/job-templates.service.ts";
import type { Unit } from "../kernel/unit.ts";
import { addQueue } from "../work-queues/new-queues.service.ts";
import { poolEvent, poolStatusEvent } from "./work-pool-event.ts";
import { agentType } from "./work-pools.presenter.ts";
import * as queries from "./work-pools.queries.ts";

/** The pool of queues that are named without a pool, as Prefect calls it. */
export const looseQueuesPool = "default-agent-pool";

const defaultQueue = { name: "default", description: "The work pool's default queue." };

/**
 * Adds the pool with its default queue, and tells of both; gives undefined where a pool has the name. Throws a 422 for a job template that
 * can't be used.
 */
export async function addPool(unit: Unit, given: WorkPoolCreate): Promise<{ readonly id: string } | undefined> {
  const { tx, context } = unit;
  const now = context.clock.now();
  await checkNewPool(unit, { pool: given.name, template: given.base_job_template ?? {} });
  const isPaused = given.is_paused === true;
  const status = isPaused ? ("PAUSED" as const) : ("NOT_READY" as const);
  const statusEventId = timeOrderedId(now);
  const row = {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    name: storable(given.name),
    type: storable(given.type ?? agentType),
    description: storableOrNull(given.description),
    base_job_template: writeJson(given.base_job_template ?? {}),
    is_paused: isPaused ? (1 as const) : (0 as const),
    concurrency_limit: given.concurrency_limit ?? null,
    default_queue_id: null,
    status,
    last_transitioned_status_at: now,
    last_status_event_id: statusEventId,
    storage_configuration: writeJson(given.storage_configuration ?? {}),
  };
  if (!(await queries.insertPool(tx, row))) return undefined;
  const default_queue_id = (await addQueue(unit, row, defaultQueue)) ?? null;
  await queries.updatePool(tx, row.id, { default_queue_id });
  const pool = { ...row, default_queue_id };
  await events.recordNew(unit, [
    poolEvent(pool, { happening: "created", occurred: now }),
    poolStatusEvent(pool, { id: statusEventId, status, occurred: now, follows: null }),
  ]);
  unit.changed("work-pool", [{ id: row.id }]);
  return { id: row.id };
}

/** Adds the pool of queues that are named without one where it is missing; gives its name. */
export async function addLoosePool(unit: Unit): Promise<string> {
  const known = await queries.poolByName(unit.tx, looseQueuesPool);
  if (known === undefined) await addPool(unit, { name: looseQueuesPool, type: agentType });
  return looseQueuesPool;
}
