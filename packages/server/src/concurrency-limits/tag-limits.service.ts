import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { BodyOf, filterTagLimits, incrementTags, ReplyOf, TagLimit } from "@ostinato/protocol";
import { storable } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent, Locked, type RequestError } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { noteChanged, noteFreed } from "./freed.ts";
import * as leases from "./leases.queries.ts";
import { removeLimit } from "./limit-changes.service.ts";
import { limitEvent } from "./limits.presenter.ts";
import * as queries from "./limits.queries.ts";
import { retryAfterSeconds } from "./retry-after.rules.ts";
import { giveBack } from "./taking.service.ts";

/** The limit of a tag is the one with this name. */
const prefix = "tag:";

type SlotsOfTags = BodyOf<typeof incrementTags>;

/** Makes the limit of the tag, or changes it. */
export async function put(
  context: Context,
  { tag, concurrency_limit: maxSlots }: { readonly tag: string; readonly concurrency_limit: number },
): Promise<{ readonly limit: TagLimit; readonly made: boolean }> {
  const now = context.clock.now();
  const name = prefix + storable(tag);
  return unit(context, async (unit) => {
    const made = await queries.insertLimit(unit.tx, { id: timeOrderedId(now), name, maxSlots, now });
    if (!made) await queries.putLimit(unit.tx, { id: timeOrderedId(now), name, maxSlots, now });
    const limit = await limitOf(unit.tx, name, now);
    await events.recordNew(unit, [limitEvent(made ? "created" : "updated", limit, now)]);
    if (made) noteChanged(unit, [limit.id]);
    else noteFreed(unit, [limit.id]);
    return { limit: await presentOne(unit.tx, limit), made };
  });
}

export async function read({ db, clock }: Context, id: string): Promise<TagLimit> {
  const [limit] = await queries.limitsByIds(db.read, [id], clock.now());
  if (limit === undefined || !isOfTag(limit)) throw missing();
  return presentOne(db.read, limit);
}

export async function readByTag({ db, clock }: Context, tag: string): Promise<TagLimit> {
  return presentOne(db.read, await limitOf(db.read, prefix + tag, clock.now()));
}

export async function list({ db, clock }: Context, body: BodyOf<typeof filterTagLimits>): Promise<TagLimit[]> {
  const page = { limit: readLimit(body?.limit), offset: body?.offset ?? 0, prefix };
  return present(db.read, await queries.listLimits(db.read, page, clock.now()));
}

/** Frees all slots of the limit; these task runs hold one each from then on. */
export async function reset(context: Context, tag: string, taskRunIds: readonly string[]): Promise<void> {
  await unit(context, async (unit) => {
    const limit = await heldLimit(unit, tag);
    const held = await leases.slotsOfLimit(unit.tx, limit.id);
    if (held.length > 0) await leases.deleteLeases(unit.tx, [...new Set(held.map(({ lease_id }) => lease_id))]);
    for (const id of taskRunIds) await holdFor(unit, id, [limit.id]);
    noteFreed(unit, [limit.id]);
  });
}

export async function remove(context: Context, id: string): Promise<void> {
  await unit(context, async (unit) => {
    const [limit] = await queries.limitsByIds(unit.tx, [id], context.clock.now());
    if (limit === undefined || !isOfTag(limit)) throw missing();
    await removeLimit(unit, limit);
  });
}

export async function removeByTag(context: Context, tag: string): Promise<void> {
  await unit(context, async (unit) => removeLimit(unit, await heldLimit(unit, tag)));
}

/** Takes a slot of each tag that has a limit, for as long as the task run does not give it back. */
export async function increment(
  context: Context,
  { names, task_run_id }: SlotsOfTags,
): Promise<ReplyOf<typeof incrementTags>> {
  const { limits, full } = await unit(context, async (unit) => {
    const { tx } = unit;
    const ids = await queries.lockLimitsNamed(
      tx,
      names.map((tag) => prefix + tag),
    );
    const limits = (await queries.limitsByIds(tx, ids, context.clock.now())).filter(({ active }) => active === 1);
    const full = limits.find(({ active_slots, max_slots }) => active_slots >= max_slots);
    if (full === undefined && limits.length > 0) await holdFor(unit, task_run_id, ids);
    return { limits, full };
  });
  if (full !== undefined) {
    const sentence =
      full.max_slots === 0
        ? `The concurrency limit on tag "${tagOf(full)}" is 0 and will deadlock if the task tries to run again.`
        : `Concurrency limit for the ${tagOf(full)} tag has been reached`;
    throw new Locked(retryAfterSeconds(full, { slots: 1, random: Math.random }), sentence);
  }
  return limits.map((limit) => ({ id: limit.id, name: tagOf(limit), limit: limit.max_slots }));
}

/** Gives back what the task run holds of these tags. */
export async function decrement(
  context: Context,
  { names, task_run_id }: SlotsOfTags,
): Promise<ReplyOf<typeof incrementTags>> {
  return unit(context, async (unit) => {
    const now = context.clock.now();
    const limits = await queries.limitsByNames(
      unit.tx,
      names.map((tag) => prefix + tag),
      now,
    );
    const held: string[] = [];
    for (const { id } of limits) {
      const slots = await leases.slotsOfLimit(unit.tx, id, task_run_id.toLowerCase());
      held.push(...slots.map(({ lease_id }) => lease_id));
    }
    if (held.length > 0) await giveBack(unit, [...new Set(held)]);
    return limits.map(({ id, name, max_slots }) => ({ id, name, limit: max_slots }));
  });
}

async function holdFor(unit: Unit, taskRunId: string, limitIds: readonly string[]): Promise<void> {
  const { context, tx } = unit;
  const now = context.clock.now();
  const leaseId = timeOrderedId(now);
  const holder = { type: "task_run", id: taskRunId.toLowerCase() };
  await leases.putLease(tx, { leaseId, holder, seconds: null, now });
  await leases.putSlots(tx, { leaseId, limitIds, slots: 1 });
  noteChanged(unit, limitIds);
}

async function heldLimit({ context, tx }: Unit, tag: string): Promise<queries.LimitRow> {
  const limit = await limitOf(tx, prefix + tag, context.clock.now());
  await queries.lockLimits(tx, [limit.id]);
  return limit;
}

async function limitOf(...[reader, name, now]: Parameters<typeof queries.limitByIdOrName>): Promise<queries.LimitRow> {
  const [limit] = await queries.limitsByNames(reader, [name], now);
  if (limit === undefined) throw missing();
  return limit;
}

function missing(): RequestError {
  return absent("Concurrency limit");
}

function isOfTag({ name }: queries.LimitRow): boolean {
  return name.startsWith(prefix);
}

function tagOf({ name }: queries.LimitRow): string {
  return name.slice(prefix.length);
}

async function presentOne(reader: Parameters<typeof present>[0], limit: queries.LimitRow): Promise<TagLimit> {
  const [presented] = await present(reader, [limit]);
  if (presented === undefined) throw missing();
  return presented;
}

async function present(
  reader: Parameters<typeof leases.taskRunsHolding>[0],
  limits: readonly queries.LimitRow[],
): Promise<TagLimit[]> {
  const ids = limits.map(({ id }) => id);
  const holding = ids.length === 0 ? [] : await leases.taskRunsHolding(reader, ids);
  const byLimit = Map.groupBy(holding, ({ limit_id }) => limit_id);
  return limits.map((limit) => ({
    id: limit.id,
    created: formatTimestamp(limit.created),
    updated: formatTimestamp(limit.updated),
    tag: tagOf(limit),
    concurrency_limit: limit.max_slots,
    active_slots: (byLimit.get(limit.id) ?? []).flatMap(({ holder_id }) => holder_id ?? []),
  }));
}
