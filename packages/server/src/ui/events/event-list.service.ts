import { formatTimestamp, type Timestamp, toTimestamp } from "@ostinato/core";
import {
  type AskedEvents,
  type BodyOf,
  type countEventsOverTime,
  eventPageLimits,
  type listEvents,
  type ReplyOf,
  type readEventPage,
} from "@ostinato/protocol";
import type { Reader } from "../../db/dialect.ts";
import { present, readMany } from "../../events/event-pages.service.ts";
import type { Context } from "../../kernel/context.ts";
import { invalid, notFound } from "../../kernel/errors.ts";
import { readCursor, writeCursor } from "../lists/keyset.ts";
import * as hours from "./event-hours.queries.ts";
import { inBars, isOfHours } from "./event-hours.rules.ts";
import * as queries from "./event-list.queries.ts";

/**
 * One page reads at most so many events of its source. A text is looked for in all of them, in some 50 ms at the most (measured), and the
 * other criteria by index. Whoever looks for more asks page by page.
 */
const maxRead = { withText: 4000, byIndex: 2000 } as const;
type EventPosition = queries.EventPosition;

export { knownNames } from "./event-list.queries.ts";

const order = "EVENTS_LATEST_FIRST";
/** Comes before all ids. */
const leastId = "00000000-0000-0000-0000-000000000000";

/**
 * Events, the latest first. A page goes back as far as its bound of events allows: it may show fewer events than asked for, or none,
 * and still have a next page.
 */
export async function list(
  { db }: Pick<Context, "db">,
  { asked, text, cursor, limit: given }: BodyOf<typeof listEvents>,
): Promise<ReplyOf<typeof listEvents>> {
  const reader = db.slow;
  const limit = given ?? 50;
  const before = positionIn(cursor);
  const wanted = text?.trim() || undefined;
  const source = await sourceOf(reader, asked);
  const names = source.names;
  const isScan = wanted !== undefined || (names !== undefined && "beginnings" in names);
  const until = before === undefined ? source.until : earlier(source.until, latestBefore(before));
  const max = isScan ? maxRead.withText : Math.max(maxRead.byIndex, 10 * limit);
  // Where nothing has to be looked for, the events are the next ones of an index.
  const isPlain = !isScan && (names === undefined || source.resource === undefined);
  const horizon = isPlain && names === undefined ? undefined : await queries.horizon(reader, { ...source, until }, max);
  const since = horizon === undefined ? source.since : horizon;
  const rows = await queries.listed(reader, { ...source, since, until, text: wanted, limit: limit + 1 }, before);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const end: EventPosition | undefined =
    rows.length > limit ? last : horizon === undefined ? undefined : { occurred: horizon, id: leastId };
  return {
    events: shown.map(present),
    next: end === undefined ? null : writeCursor(order, { value: end.occurred, id: end.id }),
    searched_back_to: end === undefined ? null : formatTimestamp(end.occurred),
  };
}

function positionIn(cursor: string | null | undefined): EventPosition | undefined {
  const position = readCursor(order, cursor);
  return position === undefined ? undefined : { occurred: Number(position.value) as Timestamp, id: position.id };
}

/** Nothing at the moment itself comes before the least id: many events of one moment would be counted on every page. */
function latestBefore({ occurred, id }: EventPosition): Timestamp {
  return (id === leastId ? occurred - 1 : occurred) as Timestamp;
}

function earlier(one: Timestamp | undefined, other: Timestamp): Timestamp {
  return one === undefined || other < one ? other : one;
}

/** All bars together count at most so many events, unless the events of a resource have to be looked at for their names. */
const maxCounted = { byIndex: 4_000_000, ofResourceByName: 20_000 } as const;
/** A choice of names says of one how many events it has up to this number. */
const maxOfName = 1000;

export async function counts(
  { db }: Pick<Context, "db">,
  { asked, edges: given }: BodyOf<typeof countEventsOverTime>,
): Promise<ReplyOf<typeof countEventsOverTime>> {
  const edges = given.map((edge) => toTimestamp(edge));
  const misplaced = edges.findIndex((edge, index) => index > 0 && edge <= (edges[index - 1] ?? 0));
  if (misplaced !== -1) {
    const msg = "must come after the edge before it";
    throw invalid([{ type: "value_error", loc: ["body", "edges", misplaced], msg, input: given[misplaced] ?? null }]);
  }
  const reader = db.slow;
  const source = await sourceOf(reader, asked);
  const { resource } = source;
  const range = { since: edges[0], until: edges.at(-1) };
  const bounds = { max: maxOfName, names: eventPageLimits.names + 1 };
  const [bars, named] = await Promise.all([
    bySource(reader, source, edges),
    resource === undefined
      ? queries.countedNames(reader, range, bounds)
      : queries.countedNamesOf(reader, { ...range, resource }, bounds),
  ]);
  return {
    counts: [...bars.counts],
    max_count: bars.max,
    names: named.slice(0, eventPageLimits.names).filter(({ count }) => count > 0),
    max_of_name: maxOfName,
    more_names: named.length > eventPageLimits.names,
  };
}

/** The number of events in each bar, and where counting one stops. */
async function bySource(
  reader: Reader,
  { names, resource }: queries.EventSource,
  edges: readonly Timestamp[],
): Promise<{ readonly counts: readonly number[]; readonly max: number | null }> {
  if (resource === undefined && isOfHours(edges)) {
    return { counts: inBars(await hours.countedUpTo(reader, names, edges), edges), max: null };
  }
  const isLookedUp = resource !== undefined && names !== undefined;
  const total = isLookedUp ? maxCounted.ofResourceByName : maxCounted.byIndex;
  const max = Math.floor(total / (edges.length - 1));
  return { counts: await queries.countedInBars(reader, { names, resource }, { edges, max }), max };
}

async function sourceOf(reader: Reader, asked: AskedEvents): Promise<queries.EventSource> {
  const { types, resource, since, until } = asked;
  return {
    names: await namesIn(reader, types ?? []),
    resource: resource?.trim() || undefined,
    since: since === null || since === undefined ? undefined : toTimestamp(since),
    until: until === null || until === undefined ? undefined : toTimestamp(until),
  };
}

/** What ends with a dot stands for the names that begin so: those are found by the index on names. */
async function namesIn(reader: Reader, types: readonly string[]): Promise<queries.EventNames> {
  if (types.length === 0) return undefined;
  const beginnings = types.filter((type) => type.endsWith("."));
  if (beginnings.length === 0) return { any: types };
  const known = await queries.knownNames(reader, eventPageLimits.names + 1);
  if (known.length > eventPageLimits.names) return { beginnings: types };
  return { any: known.filter((name) => types.some((type) => name === type || isUnder(name, type))) };
}

function isUnder(name: string, type: string): boolean {
  return type.endsWith(".") && name.startsWith(type);
}

const maxFollowing = 20;
const everyName = { names: undefined, since: undefined, until: undefined, text: undefined };
/** Events that follow another one are looked for among those of so many of its resources. */
const maxResources = 5;

export async function page(context: Context, id: string): Promise<ReplyOf<typeof readEventPage>> {
  const [event] = await readMany(context, [id]);
  if (event === undefined) throw notFound("Event", id);
  const resources = [event.resource, ...event.related].flatMap((each) => each["prefect.resource.id"] ?? []);
  const near = { id, occurred: toTimestamp(event.occurred), resources: [...new Set(resources)].slice(0, maxResources) };
  const [[follows = null], after, because] = await Promise.all([
    readMany(context, event.follows === null ? [] : [event.follows]),
    queries.following(context.db.slow, near, maxFollowing),
    queries.listed(context.db.slow, { ...everyName, resource: `prefect.event.${id}`, limit: maxFollowing }),
  ]);
  return { event, follows, followed_by: after.map(present), led_to: because.map(present) };
}
