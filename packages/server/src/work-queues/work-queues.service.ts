import { addSeconds, type Timestamp, toTimestamp } from "@ostinato/core";
import type {
  BodyOf,
  filterQueuesOfPool,
  filterWorkQueues,
  PlaceStatus,
  WorkQueue,
  WorkQueueCreate,
  WorkQueueUpdate,
} from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { readPlainJson, storable, storableOrNull, writeOptionalJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import { type ChangedFields, differing, isEmpty } from "../kernel/changed-fields.ts";
import type { Context } from "../kernel/context.ts";
import { absent, absentPlace, conflict, invalid, refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { addLoosePool, looseQueuesPool } from "../work-pools/new-pools.service.ts";
import { addQueue } from "./new-queues.service.ts";
import { givingWay } from "./priorities.rules.ts";
import { isAgainstDeployment } from "./queue-filter.rules.ts";
import { type QueueHappening, queueEvent, statusWords } from "./work-queue-event.ts";
import { presentQueue } from "./work-queues.presenter.ts";
import * as queries from "./work-queues.queries.ts";

type QueueRow = queries.QueueRow;

/** A work queue: by its id, or by the names of its pool and its own. */
export type QueueKey = { readonly id: string } | { readonly pool: string; readonly queue: string };

export async function createIn(context: Context, pool: string, given: WorkQueueCreate): Promise<WorkQueue> {
  return unit(context, async (unit) => {
    const held = await queries.lockPoolNamed(unit.tx, pool);
    if (held === undefined) throw absentPlace(pool, null);
    const id = await addQueue(unit, held, given);
    if (id === undefined) {
      const taken = `A work queue with this name already exists in work pool '${pool}'.`;
      throw refused("DATA_CONFLICT", taken);
    }
    return presentQueue(await rowOf(unit.tx, { id }));
  });
}

/** Creates a queue in the pool of queues that are named without one. */
export async function createLoose(context: Context, given: WorkQueueCreate): Promise<WorkQueue> {
  return unit(context, async (unit) => {
    const held = await queries.lockPoolNamed(unit.tx, await addLoosePool(unit));
    const id = held && (await addQueue(unit, held, given));
    if (id === undefined) throw refused("DATA_CONFLICT", "A work queue with this name already exists.");
    return presentQueue(await rowOf(unit.tx, { id }));
  });
}

export async function read({ db }: Context, key: QueueKey): Promise<WorkQueue> {
  return presentQueue(await rowOf(db.read, key));
}

export async function readLoose({ db }: Context, name: string): Promise<WorkQueue> {
  const row = await queries.queueByNames(db.read, { pool: looseQueuesPool, queue: name });
  if (row === undefined) throw refused("WORK_QUEUE_NOT_FOUND", "work queue not found");
  return presentQueue(row);
}

export interface QueueOfPool {
  readonly id: string;
  readonly name: string;
  readonly work_pool_id: string;
}

/** The queues of these pools, in the order of their priorities. */
export async function ofPools({ db }: Context, poolIds: readonly string[]): Promise<readonly QueueOfPool[]> {
  return poolIds.length === 0 ? [] : queries.queuesOfPools(db.read, poolIds);
}

async function rowOf(reader: Reader, key: QueueKey): Promise<QueueRow> {
  if ("id" in key) {
    const row = await queries.queueById(reader, key.id);
    if (row === undefined) throw refused("WORK_QUEUE_NOT_FOUND", "work queue not found");
    return row;
  }
  const row = await queries.queueByNames(reader, key);
  if (row === undefined) throw absentPlace(key.pool, key.queue);
  return row;
}

export async function filter({ db }: Context, body: BodyOf<typeof filterWorkQueues>): Promise<WorkQueue[]> {
  const page = { filter: body.work_queues, limit: readLimit(body.limit), offset: body.offset ?? 0 };
  return (await queries.findQueues(db.read, page)).map(presentQueue);
}

export async function filterIn(
  { db }: Context,
  pool: string,
  body: BodyOf<typeof filterQueuesOfPool>,
): Promise<WorkQueue[]> {
  const page = { filter: body.work_queues, limit: readLimit(body.limit), offset: body.offset ?? 0 };
  const poolId = await queries.poolIdByName(db.read, pool);
  if (poolId === undefined) throw absentPlace(pool, null);
  return (await queries.findQueues(db.read, { ...page, poolId })).map(presentQueue);
}

/** All queues of the pool. */
export function rowsOfPool(reader: Reader, poolId: string): Promise<QueueRow[]> {
  return queries.queuesOfPool(reader, poolId);
}

/** The queues whose deprecated filter lets runs of the deployment pass. */
export async function thatTake({ db }: Context, deploymentId: string): Promise<WorkQueue[]> {
  const found = await queries.tagsOfDeployment(db.read, deploymentId);
  if (found === undefined) throw absent("Deployment");
  const deployment = { id: deploymentId.toLowerCase(), tags: readPlainJson<string[]>(found.tags) };
  const queues = (await queries.allQueues(db.read)).map(presentQueue);
  return queues.filter(({ filter }) => !isAgainstDeployment(filter, deployment));
}

/** Writes the fields that are given. */
export async function change(context: Context, key: QueueKey, given: WorkQueueUpdate): Promise<void> {
  refuseNulls(given);
  await unit(context, async (unit) => {
    const seen = await rowOf(unit.tx, key);
    await queries.lockPool(unit.tx, seen.work_pool_id);
    const before = await rowOf(unit.tx, { id: seen.id });
    await refuseTakenName(unit, before, given);
    const now = context.clock.now();
    const status = statusAfter(before, given, now);
    await queries.updateQueue(unit.tx, before.id, { ...columnsOf(given), status, updated: now });
    const moved = await giveWay(unit, before, given.priority ?? undefined);
    const after = await rowOf(unit.tx, { id: before.id });
    const changed = differing(presentQueue(before), presentQueue(after), toldFields);
    if (!isEmpty(changed)) await tell(unit, [after], "updated", changed);
    if (status !== before.status) await tell(unit, [after], statusWords[status]);
    unit.changed("work-queue", [{ id: before.id }, ...moved]);
  });
}

/** A pause is told by its own event. */
const toldFields = ["name", "description", "concurrency_limit", "priority"] as const;

function refuseNulls(given: WorkQueueUpdate): void {
  const nulls = (["name", "priority"] as const).filter((field) => given[field] === null);
  if (nulls.length === 0) return;
  throw invalid(
    nulls.map((field) => ({
      type: "value_error",
      loc: ["body", field],
      msg: `A work queue always has a ${field}: leave the field out to keep it`,
      input: null,
    })),
    given,
  );
}

async function refuseTakenName({ tx }: Unit, row: QueueRow, { name }: WorkQueueUpdate): Promise<void> {
  if (name === undefined || name === null || name === row.name) return;
  const taken = await queries.queueByNames(tx, { pool: row.pool_name, queue: name });
  if (taken !== undefined) throw conflict(`name: the work pool has another queue "${name}".`);
}

function columnsOf({
  name,
  description,
  is_paused,
  concurrency_limit,
  priority,
  last_polled,
  filter,
}: WorkQueueUpdate) {
  return {
    ...(name === undefined || name === null ? {} : { name: storable(name) }),
    ...(description === undefined ? {} : { description: storableOrNull(description) ?? "" }),
    ...(is_paused === undefined ? {} : { is_paused: is_paused ? (1 as const) : (0 as const) }),
    ...(concurrency_limit === undefined ? {} : { concurrency_limit }),
    ...(priority === undefined || priority === null ? {} : { priority }),
    ...(last_polled === undefined ? {} : { last_polled: last_polled === null ? null : toTimestamp(last_polled) }),
    ...(filter === undefined ? {} : { filter: writeOptionalJson(filter) }),
  };
}

/** A queue that nobody polled for so long is not ready. */
export const silenceSeconds = 60;

function statusAfter(
  { status, last_polled }: QueueRow,
  { is_paused, last_polled: given }: WorkQueueUpdate,
  now: Timestamp,
): PlaceStatus {
  if (is_paused === true) return "PAUSED";
  if (is_paused !== false || status !== "PAUSED") return status;
  const polled = given === undefined || given === null ? last_polled : toTimestamp(given);
  return polled !== null && polled >= addSeconds(now, -silenceSeconds) ? "READY" : "NOT_READY";
}

async function giveWay({ tx }: Unit, { id, work_pool_id }: QueueRow, wanted: number | undefined) {
  if (wanted === undefined) return [];
  const others = (await queries.prioritiesOf(tx, work_pool_id)).filter((queue) => queue.id !== id);
  const moved = givingWay(others, wanted);
  await queries.setPriorities(tx, moved);
  return moved;
}

/** Deletes the queue; its deployments and runs stay, without one. */
export async function remove(context: Context, key: QueueKey): Promise<void> {
  await unit(context, async (unit) => {
    const seen = await rowOf(unit.tx, key);
    const pool = await queries.lockPool(unit.tx, seen.work_pool_id);
    const row = await rowOf(unit.tx, { id: seen.id });
    if (pool?.default_queue_id === row.id) {
      throw conflict(
        `"${row.name}" is the default queue of the work pool "${row.pool_name}": only the whole pool can be deleted.`,
      );
    }
    await queries.deleteQueue(unit.tx, row.id);
    await tell(unit, [row], "deleted");
    unit.deleted("work-queue", [row.id]);
  });
}

/** Records what became of the queues. */
export async function tell(
  unit: Unit,
  rows: readonly QueueRow[],
  happening: QueueHappening,
  changed?: ChangedFields,
): Promise<void> {
  const occurred = unit.context.clock.now();
  const told = { happening, occurred, ...(changed === undefined ? {} : { changed }) };
  await events.recordNew(
    unit,
    rows.map(({ id, name, work_pool_id, pool_name, pool_type }) =>
      queueEvent({ id, name, pool: { id: work_pool_id, name: pool_name, type: pool_type } }, told),
    ),
  );
}
