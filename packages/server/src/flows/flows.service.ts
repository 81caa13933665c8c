import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type {
  BodyOf,
  bulkDeleteFlows,
  Flow,
  FlowCreate,
  FlowUpdate,
  filterFlows,
  paginateFlows,
} from "@ostinato/protocol";
import { removeOwnedIn } from "../automations/removal.service.ts";
import type { CriteriaOn } from "../criteria/related.queries.ts";
import { readJson, readPlainJson, storable, writeJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import { refuseIdleFilter } from "../kernel/bulk-filter.ts";
import type { Context } from "../kernel/context.ts";
import { absent, RequestError } from "../kernel/errors.ts";
import { paginate, readLimit } from "../kernel/paging.ts";
import { unit } from "../kernel/unit.ts";
import { flowEvent } from "./flow-event.ts";
import * as queries from "./flows.queries.ts";

/** Creates the flow, or reads the one that has the name. */
export async function create(context: Context, given: FlowCreate): Promise<{ flow: Flow; made: boolean }> {
  const { db, clock } = context;
  const name = storable(given.name);
  const known = await queries.flowByName(db.read, name);
  if (known !== undefined) return { flow: present(known), made: false };
  const now = clock.now();
  const row = {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    name,
    tags: writeJson([...new Set(given.tags ?? [])]),
    labels: writeJson(given.labels ?? {}),
  };
  const { found, made } = await unit(context, async (unit) => {
    const made = await queries.insertFlow(unit.tx, row);
    if (!made) return { made, found: await queries.flowByName(unit.tx, name) };
    unit.changed("flow", [row], present);
    await events.recordNew(unit, [flowEvent("created", present(row), now)]);
    return { made, found: row };
  });
  if (found === undefined) throw new RequestError("DATABASE_UNAVAILABLE", { exception_message: "Service Unavailable" });
  return { flow: present(found), made };
}

export async function read({ db }: Context, id: string): Promise<Flow> {
  const row = await queries.flowById(db.read, id);
  if (row === undefined) throw absent("Flow");
  return present(row);
}

/** The flows with these ids, in no order; ids that are gone are left out. */
export async function readMany({ db }: Context, ids: readonly string[]): Promise<readonly Flow[]> {
  return (await queries.flowsByIds(db.read, ids)).map(present);
}

export async function readByName({ db }: Context, name: string): Promise<Flow> {
  const row = await queries.flowByName(db.read, name);
  if (row === undefined) throw absent("Flow");
  return present(row);
}

export async function update(context: Context, id: string, { tags }: FlowUpdate): Promise<void> {
  const now = context.clock.now();
  const change = { updated: now, ...(tags === undefined ? {} : { tags: writeJson([...new Set(tags)]) }) };
  await unit(context, async (unit) => {
    const row = await queries.updateFlow(unit.tx, id, change);
    if (row === undefined) throw absent("Flow");
    unit.changed("flow", [row], present);
    await events.recordNew(unit, [flowEvent("updated", present(row), now)]);
  });
}

export async function remove(context: Context, id: string): Promise<void> {
  if ((await removeAll(context, [id])) === 0) throw absent("Flow");
}

export async function removeMatching(context: Context, body: BodyOf<typeof bulkDeleteFlows>): Promise<string[]> {
  refuseIdleFilter("flows", body, queries.idlePartsOf);
  const found = await queries.findFlows(context.db, {
    flows: body.flows,
    sort: "NAME_ASC",
    limit: body.limit ?? 50,
    offset: 0,
  });
  const ids = found.map(({ id }) => id);
  await removeAll(context, ids);
  return ids;
}

/** Gives how many there were. */
function removeAll(context: Context, ids: readonly string[]): Promise<number> {
  return unit(context, async (unit) => {
    const deleted = await queries.deleteFlows(unit.tx, ids);
    const now = context.clock.now();
    unit.deleted(
      "flow",
      deleted.map(({ id }) => id),
    );
    await events.recordNew(
      unit,
      deleted.map((row) => flowEvent("deleted", present(row), now)),
    );
    for (const { id } of deleted) await removeOwnedIn(unit, `prefect.flow.${id}`);
    return deleted.length;
  });
}

export function count({ db }: Context, criteria: CriteriaOn<"flow">): Promise<number> {
  return queries.countFlows(db, criteria);
}

export async function filter({ db }: Context, body: BodyOf<typeof filterFlows>): Promise<Flow[]> {
  const { sort, limit, offset, ...criteria } = body;
  const query = { ...criteria, sort: sort ?? "NAME_ASC", limit: readLimit(limit), offset: offset ?? 0 } as const;
  return (await queries.findFlows(db, query)).map(present);
}

export function page({ db }: Context, body: BodyOf<typeof paginateFlows>) {
  const { sort, limit, page: number, ...criteria } = body;
  return paginate(
    { limit, page: number },
    async (size, offset) =>
      (await queries.findFlows(db, { ...criteria, sort: sort ?? "NAME_ASC", limit: size, offset })).map(present),
    () => queries.countFlows(db, criteria),
  );
}

export function present(row: queries.FlowRow): Flow {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    tags: readPlainJson(row.tags),
    labels: readJson(row.labels),
  };
}
