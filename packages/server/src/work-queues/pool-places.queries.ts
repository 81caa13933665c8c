import { sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import { holdsSlot } from "../db/state-sql.ts";
import type { PoolPlaces } from "./room.rules.ts";

export type PoolKey = { readonly name: string } | { readonly id: string } | { readonly queueId: string };

function selectPlaces(reader: Reader) {
  return reader
    .selectFrom("work_pool")
    .leftJoin("work_queue", "work_queue.work_pool_id", "work_pool.id")
    .select([
      "work_pool.id as pool_id",
      "work_pool.name as pool_name",
      "work_pool.is_paused as pool_is_paused",
      "work_pool.concurrency_limit as pool_limit",
      "work_queue.id",
      "work_queue.name",
      "work_queue.is_paused",
      "work_queue.concurrency_limit",
      "work_queue.priority",
      "work_queue.status",
      "work_queue.last_polled",
    ])
    .orderBy("work_queue.priority")
    .orderBy("work_queue.id");
}

type PlaceRow = Awaited<ReturnType<ReturnType<typeof selectPlaces>["execute"]>>[number];

const byName = prepared<{ name: string }, PlaceRow>((reader, slot) =>
  selectPlaces(reader).where("work_pool.name", "=", slot("name")),
);

const byId = prepared<{ id: string }, PlaceRow>((reader, slot) =>
  selectPlaces(reader).where("work_pool.id", "=", slot("id")),
);

const byQueueId = prepared<{ queueId: string }, PlaceRow>((reader, slot) =>
  selectPlaces(reader).where(
    sql<boolean>`work_pool.id = (SELECT own.work_pool_id FROM work_queue AS own WHERE own.id = ${slot("queueId")})`,
  ),
);

function readRows(reader: Reader, key: PoolKey) {
  if ("name" in key) return byName(reader, key);
  return "id" in key ? byId(reader, key) : byQueueId(reader, key);
}

export async function placesOf(reader: Reader, key: PoolKey): Promise<PoolPlaces | undefined> {
  const { rows } = await readRows(reader, key);
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    id: first.pool_id,
    name: first.pool_name,
    isPaused: first.pool_is_paused === 1,
    limit: first.pool_limit,
    queues: rows.flatMap(({ id, name, is_paused, concurrency_limit: limit, priority, status, last_polled }) =>
      id === null || name === null || priority === null || status === null
        ? []
        : [{ id, name, isPaused: is_paused === 1, limit, priority, status, lastPolled: last_polled }],
    ),
  };
}

/**
 * Holds the pool until the unit of work ends. Alone: nobody else takes a slot of it meanwhile. Else others take runs beside, and only
 * changes of its limits and queues wait. False where it is gone.
 */
export async function holdPool(tx: Writer, id: string, { alone }: { readonly alone: boolean }): Promise<boolean> {
  const held = await tx
    .selectFrom("work_pool")
    .select("id")
    .where("id", "=", id)
    .modifyEnd(alone ? portable.rowLock("work_pool") : portable.sharedRowLock("work_pool"))
    .executeTakeFirst();
  return held !== undefined;
}

/** The slots of the queues of the pool that runs hold; queues without any are left out. */
export async function takenByQueue(reader: Reader, poolId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ queue_id: string; taken: number }>`SELECT work_queue.id AS queue_id,
      (SELECT count(*) FROM flow_run WHERE flow_run.work_queue_id = work_queue.id
        AND ${holdsSlot("flow_run")}) AS taken
    FROM work_queue WHERE work_queue.work_pool_id = ${poolId}`.execute(reader);
  return new Map(rows.map(({ queue_id, taken }) => [queue_id, Number(taken)]));
}
