import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type {
  BodyOf,
  ConcurrencyLimitCreate,
  ConcurrencyLimitUpdate,
  filterConcurrencyLimits,
  GlobalConcurrencyLimit,
  NewConcurrencyLimit,
} from "@ostinato/protocol";
import { storable } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { type RequestError, refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { filledNow } from "./filling.rules.ts";
import { lineOfDeployment, noteChanged, noteFreed } from "./freed.ts";
import * as leases from "./leases.queries.ts";
import { limitEvent, presentLimit, presentNewLimit } from "./limits.presenter.ts";
import * as queries from "./limits.queries.ts";

export async function create(context: Context, given: ConcurrencyLimitCreate): Promise<NewConcurrencyLimit> {
  const now = context.clock.now();
  const limit = {
    id: timeOrderedId(now),
    name: storable(given.name),
    maxSlots: given.limit,
    now,
    decayPerSecond: given.slot_decay_per_second ?? 0,
    active: given.active ?? true,
    deniedSlots: given.denied_slots ?? 0,
  };
  return unit(context, async (unit) => {
    if (!(await queries.insertLimit(unit.tx, limit))) throw nameTaken(given.name);
    const made = await lockedLimit(unit, limit.id);
    if (given.active_slots) await setTaken(unit, made, given.active_slots);
    await events.recordNew(unit, [limitEvent("created", made, now)]);
    noteChanged(unit, [limit.id]);
    return { ...presentNewLimit(made), active_slots: given.active_slots ?? 0 };
  });
}

function nameTaken(name: string): RequestError {
  return refused(
    "DATA_CONFLICT",
    `A concurrency limit named ${JSON.stringify(name)} exists already. Choose another name, or change it.`,
  );
}

function missing(): RequestError {
  return refused("CONCURRENCY_LIMIT_NOT_FOUND", "Concurrency Limit not found");
}

export async function read({ db, clock }: Context, idOrName: string): Promise<GlobalConcurrencyLimit> {
  const found = await queries.limitByIdOrName(db.read, idOrName, clock.now());
  if (found === undefined) throw missing();
  return presentLimit(found);
}

export async function list(
  { db, clock }: Context,
  body: BodyOf<typeof filterConcurrencyLimits>,
): Promise<GlobalConcurrencyLimit[]> {
  const page = { limit: readLimit(body?.limit), offset: body?.offset ?? 0 };
  return (await queries.listLimits(db.read, page, clock.now())).map(presentLimit);
}

/** Writes the fields that are given. */
export async function update(context: Context, idOrName: string, given: ConcurrencyLimitUpdate): Promise<void> {
  const now = context.clock.now();
  await unit(context, async (unit) => {
    const found = await lockedLimit(unit, idOrName);
    await checkName(unit, found, given.name ?? undefined, now);
    if (given.limit === null || given.active === null || given.name === null) throw nothing(given);
    await queries.updateLimit(unit.tx, found.id, changeOf(found, given, now));
    if (given.active_slots !== undefined && given.active_slots !== null) {
      await setTaken(unit, found, given.active_slots);
    }
    const changed = await lockedLimit(unit, found.id);
    await events.recordNew(unit, [limitEvent("updated", changed, now)]);
    noteFreed(unit, [found.id]);
  });
}

function nothing(given: ConcurrencyLimitUpdate): RequestError {
  const field = (["limit", "active", "name"] as const).find((name) => given[name] === null);
  return refused(
    "DATA_CONFLICT",
    `\`${field}\` of a concurrency limit can't be null. Leave it out to keep what it is.`,
  );
}

async function checkName({ tx }: Unit, found: queries.LimitRow, name: string | undefined, now: Timestamp) {
  if (name === undefined || name === found.name) return;
  if ((await queries.limitsByNames(tx, [name], now)).length > 0) throw nameTaken(name);
}

/** What a limit is filled with counts on from here by the new rate. */
function changeOf(found: queries.LimitRow, given: ConcurrencyLimitUpdate, now: Timestamp) {
  const { name, limit, active, denied_slots, slot_decay_per_second: decay } = given;
  return {
    updated: now,
    ...(name ? { name: storable(name) } : {}),
    ...(limit === undefined || limit === null ? {} : { max_slots: limit }),
    ...(active === undefined || active === null ? {} : { active: active ? (1 as const) : (0 as const) }),
    ...(denied_slots === undefined || denied_slots === null ? {} : { denied_slots }),
    ...(decay === undefined || decay === null
      ? {}
      : { slot_decay_per_second: decay, filled: filledNow(found, now), filled_at: now }),
  };
}

/** Frees slots until so many are taken, the earliest taken first, or takes some without a holder. */
async function setTaken({ context, tx }: Unit, limit: queries.LimitRow, slots: number): Promise<void> {
  const now = context.clock.now();
  if (limit.slot_decay_per_second > 0) {
    await queries.updateLimit(tx, limit.id, { filled: slots, filled_at: now });
    return;
  }
  const more = slots - limit.active_slots;
  if (more < 0) return leases.shrinkLeases(tx, { limitId: limit.id, slots: -more, anonymous: false });
  if (more === 0) return;
  const leaseId = timeOrderedId(now);
  await leases.putLease(tx, { leaseId, holder: null, seconds: null, now });
  await leases.putSlots(tx, { leaseId, limitIds: [limit.id], slots: more });
}

export async function remove(context: Context, idOrName: string): Promise<void> {
  await unit(context, async (unit) => {
    const found = await lockedLimit(unit, idOrName);
    await removeLimit(unit, found);
  });
}

export async function removeLimit(unit: Unit, found: queries.LimitRow): Promise<void> {
  const { context, tx, followUp } = unit;
  const deployments = await queries.deploymentsWithLimit(tx, found.id);
  await queries.deleteLimit(tx, found.name);
  await events.recordNew(unit, [limitEvent("deleted", found, context.clock.now())]);
  // Those who wait for it find that there is nothing to wait for.
  if (deployments.length > 0) followUp(lineOfDeployment, deployments);
  unit.wakes({ kind: "slots-freed", limitIds: [found.id] });
  unit.deleted("concurrency-limit", [found.id]);
}

/** The limit, held until the unit of work ends. Throws a 404 where it is not there. */
async function lockedLimit({ context, tx }: Unit, idOrName: string): Promise<queries.LimitRow> {
  const now = context.clock.now();
  const found = await queries.limitByIdOrName(tx, idOrName, now);
  if (found === undefined) throw missing();
  await queries.lockLimits(tx, [found.id]);
  const [locked] = await queries.limitsByIds(tx, [found.id], now);
  if (locked === undefined) throw missing();
  return locked;
}
