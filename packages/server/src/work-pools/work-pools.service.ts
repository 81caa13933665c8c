import { formatTimestamp } from "@ostinato/core";
import type {
  BodyOf,
  countWorkPools,
  filterWorkPools,
  WorkPool,
  WorkPoolCreate,
  WorkPoolUpdate,
} from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { storableOrNull, writeJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import { checkChangedPool } from "../job-templates/job-templates.service.ts";
import { differing, isEmpty } from "../kernel/changed-fields.ts";
import type { Context } from "../kernel/context.ts";
import { absentPlace, invalid, refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as workQueues from "../work-queues/work-queues.service.ts";
import { addPool } from "./new-pools.service.ts";
import { setStatus } from "./pool-status.service.ts";
import { poolEvent } from "./work-pool-event.ts";
import { agentType, presentPool } from "./work-pools.presenter.ts";
import * as queries from "./work-pools.queries.ts";

type PoolRow = queries.PoolRow;

/** Prefect's servers keep such names for themselves. */
export function isReserved(name: string): boolean {
  return name.toLowerCase().startsWith("prefect");
}

/** Creates the pool with its default queue. */
export async function create(context: Context, given: WorkPoolCreate): Promise<WorkPool> {
  if (isReserved(given.name)) {
    throw refused("NAME_RESERVED", "Work pools starting with 'Prefect' are reserved for internal use.");
  }
  return unit(context, async (unit) => {
    const made = await addPool(unit, given);
    if (made === undefined) throw refused("DATA_CONFLICT", "A work pool with this name already exists.");
    return presentPool(await rowOf(unit.tx, given.name));
  });
}

export async function read({ db }: Context, name: string): Promise<WorkPool> {
  return presentPool(await rowOf(db.read, name));
}

/** The pools with these ids, in no order; ids that are gone are left out. */
export async function readMany({ db }: Context, ids: readonly string[]): Promise<readonly WorkPool[]> {
  return (await queries.poolsByIds(db.read, ids)).map(presentPool);
}

export function findRow(reader: Reader, name: string): Promise<PoolRow | undefined> {
  return queries.poolByName(reader, name);
}

/** The same, or a 404. */
export async function rowOf(reader: Reader, name: string): Promise<PoolRow> {
  const row = await findRow(reader, name);
  if (row === undefined) throw absentPlace(name, null);
  return row;
}

/** The id and the status of the pool, or a 404. */
export async function standingOf(reader: Reader, name: string) {
  const found = await queries.standingOfPool(reader, { name });
  if (found === undefined) throw absentPlace(name, null);
  return found;
}

/** When the pool was changed last; undefined where it is gone. */
export async function lastChange({ db }: Context, id: string): Promise<string | undefined> {
  const found = await queries.standingOfPool(db.read, { id });
  return found && formatTimestamp(found.updated);
}

async function holdPool({ tx }: Unit, name: string): Promise<PoolRow> {
  const row = await queries.poolForChange(tx, name);
  if (row === undefined) throw absentPlace(name, null);
  return row;
}

export async function filter({ db }: Context, body: BodyOf<typeof filterWorkPools>): Promise<WorkPool[]> {
  const page = { filter: body.work_pools, limit: readLimit(body.limit), offset: body.offset ?? 0 };
  return (await queries.findPools(db.read, page)).map(presentPool);
}

export function count({ db }: Context, { work_pools }: BodyOf<typeof countWorkPools>): Promise<number> {
  return queries.countPools(db.read, work_pools);
}

/** Writes the fields that are given. */
export async function change(context: Context, name: string, given: WorkPoolUpdate): Promise<void> {
  refuseNulls(given);
  await unit(context, (unit) => changeIn(unit, name, given));
}

/** The same within a unit of work. */
export async function changeIn(unit: Unit, name: string, given: WorkPoolUpdate): Promise<void> {
  const { base_job_template: template } = given;
  if (template) await checkChangedPool(unit, { pool: name, template });
  const before = await holdPool(unit, name);
  await queries.updatePool(unit.tx, before.id, { ...columnsOf(given), updated: unit.context.clock.now() });
  const after = await rowOf(unit.tx, name);
  await tellChanges(unit, before, after);
  if (given.is_paused !== undefined) await settleStatus(unit, after);
  unit.changed("work-pool", [{ id: before.id }]);
}

function refuseNulls(given: WorkPoolUpdate): void {
  const nulls = (["is_paused", "base_job_template"] as const).filter((field) => given[field] === null);
  if (nulls.length === 0) return;
  throw invalid(
    nulls.map((field) => ({
      type: "value_error",
      loc: ["body", field],
      msg: `A work pool always has ${field}: leave the field out to keep it`,
      input: null,
    })),
    given,
  );
}

function columnsOf({
  description,
  is_paused,
  base_job_template,
  concurrency_limit,
  storage_configuration,
}: WorkPoolUpdate) {
  return {
    ...(description === undefined ? {} : { description: storableOrNull(description) }),
    ...(is_paused === undefined ? {} : { is_paused: is_paused === true ? (1 as const) : (0 as const) }),
    ...(base_job_template === undefined ? {} : { base_job_template: writeJson(base_job_template) }),
    ...(concurrency_limit === undefined ? {} : { concurrency_limit }),
    ...(storage_configuration === undefined ? {} : { storage_configuration: writeJson(storage_configuration ?? {}) }),
  };
}

/** A pause is told by the event of the status. */
const toldFields = ["description", "base_job_template", "concurrency_limit", "storage_configuration"] as const;

async function tellChanges(unit: Unit, before: PoolRow, after: PoolRow): Promise<void> {
  const changed = differing(presentPool(before), presentPool(after), toldFields);
  if (isEmpty(changed)) return;
  const occurred = unit.context.clock.now();
  await events.recordNew(unit, [poolEvent(after, { happening: "updated", occurred, changed })]);
}

/** Gives the pool the status that it has now. */
export async function settle(unit: Unit, name: string): Promise<void> {
  const pool = await queries.poolForChange(unit.tx, name);
  if (pool !== undefined) await settleStatus(unit, pool);
}

/** A pause wins; without one a pool is ready while a worker gives signs of life. */
async function settleStatus(unit: Unit, pool: PoolRow): Promise<void> {
  if (pool.type === agentType) return;
  const isServed = pool.is_paused === 0 && (await queries.hasOnlineWorker(unit.tx, pool.id));
  const status = pool.is_paused === 1 ? "PAUSED" : isServed ? "READY" : "NOT_READY";
  if (status !== pool.status) await setStatus(unit, pool, status);
}

/** Deletes the pool with its queues and workers. Its deployments and runs stay, without a place where they wait. */
export async function remove(context: Context, name: string): Promise<void> {
  await unit(context, async (unit) => {
    const pool = await holdPool(unit, name);
    const queues = await workQueues.rowsOfPool(unit.tx, pool.id);
    await queries.deletePool(unit.tx, pool.id);
    await workQueues.tell(unit, queues, "deleted");
    const occurred = unit.context.clock.now();
    await events.recordNew(unit, [poolEvent(pool, { happening: "deleted", occurred })]);
    unit.deleted("work-pool", [pool.id]);
    unit.deleted(
      "work-queue",
      queues.map(({ id }) => id),
    );
  });
}
