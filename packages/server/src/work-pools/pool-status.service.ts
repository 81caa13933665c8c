import { microsPerSecond, timeOrderedId } from "@ostinato/core";
import type { PlaceStatus } from "@ostinato/protocol";
import * as events from "../events/events.service.ts";
import type { Unit } from "../kernel/unit.ts";
import { poolStatusEvent } from "./work-pool-event.ts";
import * as queries from "./work-pools.queries.ts";

/** Events of a pool's status that are further apart are ordered by their times alone. */
const soonSeconds = 600;

/** Notes the status of the pool, which the unit holds, and tells of it. */
export async function setStatus(unit: Unit, pool: queries.PoolRow, status: PlaceStatus): Promise<void> {
  const occurred = unit.context.clock.now();
  const id = timeOrderedId(occurred);
  const { last_transitioned_status_at: last } = pool;
  const isSoon = last !== null && occurred - last < soonSeconds * microsPerSecond;
  const follows = isSoon ? pool.last_status_event_id : null;
  await queries.updatePool(unit.tx, pool.id, {
    status,
    last_transitioned_status_at: occurred,
    last_status_event_id: id,
  });
  await events.recordNew(unit, [poolStatusEvent(pool, { id, status, occurred, follows })]);
  unit.changed("work-pool", [{ id: pool.id }]);
}
