import { timeOrderedId } from "@ostinato/core";
import type { WorkQueueCreate } from "@ostinato/protocol";
import { storable, storableOrNull, writeOptionalJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Unit } from "../kernel/unit.ts";
import { freePriority, givingWay } from "./priorities.rules.ts";
import { queueEvent } from "./work-queue-event.ts";
import * as queries from "./work-queues.queries.ts";

/**
 * Adds a queue to the pool, which the unit holds, and gives its id; undefined where the pool has a queue of the name. Without a
 * priority it gets the first that is free; others give way to one that it asks for.
 */
export async function addQueue(
  unit: Unit,
  pool: queries.PoolOfQueue,
  given: WorkQueueCreate,
): Promise<string | undefined> {
  const { tx, context } = unit;
  const now = context.clock.now();
  const known = await queries.prioritiesOf(tx, pool.id);
  const priority = given.priority ?? freePriority(known.map((queue) => queue.priority));
  const name = storable(given.name);
  const row = {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    name,
    work_pool_id: pool.id,
    description: storableOrNull(given.description) ?? "",
    filter: writeOptionalJson(given.filter),
    is_paused: given.is_paused === true ? (1 as const) : (0 as const),
    concurrency_limit: given.concurrency_limit ?? null,
    priority,
    status: given.is_paused === true ? ("PAUSED" as const) : ("NOT_READY" as const),
  };
  if (!(await queries.insertQueue(tx, row))) return undefined;
  await queries.setPriorities(tx, givingWay(known, priority));
  await events.recordNew(unit, [queueEvent({ id: row.id, name, pool }, { happening: "created", occurred: now })]);
  unit.changed(
    "work-queue",
    [row, ...givingWay(known, priority)].map(({ id }) => ({ id })),
  );
  return row.id;
}
