import { addSeconds, earliestMoment, formatTimestamp, isUuid, type Timestamp, toTimestamp } from "@ostinato/core";
import {
  type BodyOf,
  type countEvents,
  type Event,
  EventFilter,
  type EventPage,
  type ReplyOf,
} from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { readJson, readPlainJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { invalid, refused } from "../kernel/errors.ts";
import { readAs } from "../kernel/validation.ts";
import { bucketsOf, lengthInStretches, type Stretch, type TimeRange } from "./event-counts.rules.ts";
import { criteriaOf, type EventCriteria } from "./event-filter.rules.ts";
import * as queries from "./event-pages.queries.ts";

const pageSize = 50;
/** Counting stops here: it would take long, and no caller needs the exact number. */
const maxCounted = 1_000_000;

interface PageRequest {
  readonly filter: EventFilter;
  readonly size: number;
  readonly total: number;
  readonly after: queries.EventPosition | undefined;
}

/** The first page, newest first unless the filter orders otherwise. `address` is the base of the following pages. */
export async function firstPage(
  { db }: Context,
  { filter, limit }: { readonly filter?: EventFilter | null | undefined; readonly limit?: number | null | undefined },
  address: string,
): Promise<EventPage> {
  const wanted = filter ?? {};
  const total = await queries.countMatching(db, criteriaOf(wanted), maxCounted);
  return readPage({ db }, { filter: wanted, size: limit ?? pageSize, total, after: undefined }, address);
}

export function nextPage({ db }: Context, token: string, address: string): Promise<EventPage> {
  return readPage({ db }, readToken(token), address);
}

async function readPage({ db }: Pick<Context, "db">, request: PageRequest, address: string): Promise<EventPage> {
  const { filter, size, total, after } = request;
  if (size === 0) return { events: [], total, next_page: null };
  const order = filter.order ?? "DESC";
  const rows = await queries.findEvents(db, { criteria: criteriaOf(filter), order, limit: size + 1, after });
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const next = rows.length > size && last !== undefined ? writeToken({ ...request, after: last }) : undefined;
  return {
    events: shown.map(present),
    total,
    next_page: next === undefined ? null : `${address}?page-token=${next}`,
  };
}

/** The position of the next page as a URL token. It is not secret, and it is validated when it comes back. */
function writeToken({ filter, size, total, after }: PageRequest): string {
  return Buffer.from(JSON.stringify([filter, size, total, after?.occurred, after?.id])).toString("base64url");
}

function readToken(token: string): PageRequest {
  const [filter, size, total, occurred, id] = parseToken(token);
  const whole = [size, total, occurred].every((number) => Number.isSafeInteger(number));
  if (
    !whole ||
    Number(size) < 1 ||
    typeof id !== "string" ||
    !isUuid(id) ||
    readAs(EventFilter, filter).problems.length > 0
  )
    throw badToken(token);
  return {
    filter: filter as EventFilter,
    size: Math.min(pageSize, Number(size)),
    total: Number(total),
    after: { occurred: occurred as Timestamp, id },
  };
}

function parseToken(token: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function badToken(token: string) {
  const msg = "is not a page token of this server; begin again with POST /events/filter";
  return invalid([{ type: "value_error", loc: ["query", "page-token"], msg, input: token }]);
}

type Countable = "day" | "time" | "event" | "resource";
type CountRequest = BodyOf<typeof countEvents>;

const maxBuckets = 1000;
const maxRangeSeconds = 180 * 86_400;

export function countBy(
  context: Context,
  countable: Countable,
  request: CountRequest,
): Promise<ReplyOf<typeof countEvents>> {
  const range = rangeOf(criteriaOf(request.filter), context.clock.now());
  const stretch = { unit: request.time_unit ?? "day", interval: request.time_interval ?? 1 };
  const asked = lengthInStretches(range, stretch);
  if (asked > maxBuckets) {
    throw refused(
      "INVALID_RANGE",
      `The given interval would create ${asked} buckets, which is too many. Please increase the interval or reduce the time range to produce ${maxBuckets} buckets or fewer.`,
    );
  }
  switch (countable) {
    case "event":
    case "resource":
      return countByValue(context, countable, request.filter);
    case "day":
    case "time":
      return countOverTime(context, { filter: request.filter, range, stretch });
    default:
      throw new Error(`Nothing can be counted by ${countable satisfies never}`);
  }
}

async function countByValue({ db }: Context, by: "event" | "resource", filter: EventFilter) {
  const counted = await queries.countByValue(db, criteriaOf(filter), by);
  return counted.map(({ start_time, end_time, ...group }) => ({
    ...group,
    start_time: formatTimestamp(start_time),
    end_time: formatTimestamp(end_time),
  }));
}

interface OverTime {
  readonly filter: EventFilter;
  readonly range: TimeRange;
  readonly stretch: Stretch;
}

/** Every stretch of the range, also the empty ones, with their numbers; the end of each still belongs to it. */
async function countOverTime({ db, clock }: Context, { filter, range, stretch }: OverTime) {
  const buckets = bucketsOf(range, stretch, clock.now());
  const counts = await queries.countByBucket(db, criteriaOf({ ...filter, occurred: momentsOf(range) }), buckets);
  return Array.from({ length: buckets.count }, (_, index) => {
    const start = (buckets.start + index * buckets.widthMicros) as Timestamp;
    const start_time = formatTimestamp(start);
    const end_time = formatTimestamp((start + buckets.widthMicros - 1) as Timestamp);
    const label = start_time.replace("Z", "+00:00");
    return { value: String(index), label, count: counts.get(index) ?? 0, start_time, end_time };
  });
}

function momentsOf({ since, until }: TimeRange): NonNullable<EventFilter["occurred"]> {
  const first = Math.max(since, earliestMoment) as Timestamp;
  return { since: formatTimestamp(first), until: formatTimestamp(until) };
}

function rangeOf({ since, until }: EventCriteria, now: Timestamp) {
  const end = until ?? now;
  return { since: since ?? addSeconds(end, -maxRangeSeconds), until: end };
}

export interface EventsInOrder {
  /** The latest event comes first unless the filter orders otherwise. */
  readonly filter: EventFilter;
  readonly limit: number;
  /** Only events that come after this one. */
  readonly after?: Pick<Event, "id" | "occurred"> | undefined;
}

/** Events that meet a filter, without their number. */
export async function inOrder({ db }: Context, { filter, limit, after }: EventsInOrder): Promise<readonly Event[]> {
  const position = after === undefined ? undefined : { id: after.id, occurred: toTimestamp(after.occurred) };
  const order = filter.order ?? "DESC";
  const rows = await queries.findEvents(db, { criteria: criteriaOf(filter), order, limit, after: position });
  return rows.map(present);
}

/** The number of events that meet a filter; stops counting at `max`. */
export function count({ db }: Context, filter: EventFilter, max: number): Promise<number> {
  return queries.countMatching(db, criteriaOf(filter), max);
}

/** The events with these ids, in the order of the ids; those that are gone are left out. */
export function readMany({ db }: Context, ids: readonly string[]): Promise<readonly Event[]> {
  return readManyBy(db.read, ids);
}

/** The same within a transaction. */
export async function readManyBy(reader: Reader, ids: readonly string[]): Promise<readonly Event[]> {
  const rows = new Map((await queries.eventsById(reader, ids)).map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [present(row)];
  });
}

const maxMissed = 1000;

/** Events received since a time, up to a limit, for subscribers that were disconnected. */
export async function receivedSince({ db }: Context, since: Timestamp): Promise<readonly Event[]> {
  return (await queries.eventsReceivedSince(db.slow, since, maxMissed)).map(present);
}

export function present(row: queries.EventRow): Event {
  return {
    id: row.id,
    occurred: formatTimestamp(row.occurred),
    received: formatTimestamp(row.received),
    event: row.event,
    resource: readPlainJson(row.resource),
    related: readPlainJson(row.related),
    payload: readJson(row.payload),
    follows: row.follows,
  };
}
