import { addSeconds, formatTimestamp, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { Event, EventCreate, Resource } from "@ostinato/protocol";

/** A leaf of the filter of events: values to ask for, and the events that plain JavaScript selects by them. */
export interface EventLeaf {
  readonly asks: readonly unknown[];
  /** Whether an event meets the value; undefined for a leaf that is about all events together. */
  readonly isMet?: (event: Event, asked: never) => boolean;
  /** The events that are answered, from all of them, the newest first. */
  readonly selects: (events: readonly Event[], asked: never) => readonly Event[];
}

const start = toTimestamp("2030-01-01T00:00:00Z");
const names = ["shop.opened", "Shop.opened", "shop.closed", "thing_1%", "thing.happened"];
const things = ["shop.a", "shop.b", "Shop.a", "prefect.flow-run.1"];
const teams = ["red", "reddish", "Red", "!red", "r*", ""];

/** So unlike that each leaf tells some from others. Their ids are their own in each world. */
export function someEvents(): readonly EventCreate[] {
  return Array.from({ length: 24 }, (_, i) => {
    const occurred = at((i * 7) % 24);
    return {
      id: timeOrderedId(occurred),
      occurred: formatTimestamp(occurred),
      event: pick(names, i),
      resource: { "prefect.resource.id": pick(things, i + Math.floor(i / 4)), ...team(i) },
      related: Array.from({ length: i % 3 }, (_, j) => ({
        "prefect.resource.id": pick([...things, "blue"], i + j),
        "prefect.resource.role": pick(["tag", "flow", "Flow"], Math.floor(i / 3) + j),
        ...team(i + j + 3),
      })),
      payload: pick([{}, { note: 'say "no"' }, { note: "Error: 100%_sure" }, { note: "back\\slash" }], i),
      follows: null,
    };
  });
}

/** Each leaf by its path. `ids` are ids of events. */
export function eventLeaves(ids: readonly string[]): Readonly<Record<string, EventLeaf>> {
  const [first = "", second = ""] = ids;
  const related = leavesOfResource("related", (event) => event.related);
  return {
    "occurred.since": about<string | number>(
      moments,
      ({ occurred }, since) => toTimestamp(occurred) >= toTimestamp(since),
    ),
    "occurred.until": about<string | number>(
      moments,
      ({ occurred }, until) => toTimestamp(occurred) <= toTimestamp(until),
    ),
    "id.id": list([...lists([first, second]), [first.toUpperCase()], [timeOrderedId(start)]], ({ id }, wanted) =>
      wanted.some((each) => each.toLowerCase() === id),
    ),
    "event.name": list([...lists(names), ["no such"]], ({ event }, wanted) => wanted.includes(event)),
    "event.prefix": list(prefixes, ({ event }, wanted) => begins(event, wanted)),
    "event.exclude_name": list([...lists(names), ["no such"]], ({ event }, refused) => !refused.includes(event)),
    "event.exclude_prefix": list(prefixes, ({ event }, refused) => !begins(event, refused)),
    ...leavesOfResource("resource", ({ resource }) => [resource]),
    "resource.distinct": {
      asks: [true, false],
      selects: (events, asked: boolean) =>
        events.filter((event, i) => !asked || events.findIndex((other) => idOf(other) === idOf(event)) === i),
    },
    "related.id": related["related.id"] as EventLeaf,
    "related.labels": related["related.labels"] as EventLeaf,
    "related.role": list([["tag"], ["flow", "Flow"], ["no such"]], ({ related }, wanted) =>
      related.some((each) => wanted.includes(each["prefect.resource.role"] ?? "")),
    ),
    "related.resources_in_roles": list<readonly [string, string]>(
      [
        [["shop.b", "flow"]],
        [
          ["blue", "tag"],
          ["shop.a", "Flow"],
        ],
        [["no such", "tag"]],
      ],
      ({ related }, pairs) =>
        related.some((each) =>
          pairs.some(([id, role]) => each["prefect.resource.id"] === id && each["prefect.resource.role"] === role),
        ),
    ),
    ...leavesOfResource("any_resource", ({ resource, related }) => [resource, ...related]),
    "text.query": about<string>(Object.keys(searches), (event, asked) => {
      const texts = [event.event, event.resource, event.related, event.payload].map((part) =>
        (typeof part === "string" ? part : JSON.stringify(part)).toLowerCase(),
      );
      return searches[asked]?.((word) => texts.some((text) => text.includes(word))) ?? false;
    }),
    order: {
      asks: ["ASC", "DESC"],
      selects: (events, asked: string) => (asked === "ASC" ? events.toReversed() : events),
    },
  };
}

/** What the searches mean, said here and not read by the parser that is tested. */
const searches: Readonly<Record<string, (has: (word: string) => boolean) => boolean>> = {
  ERROR: (has) => has("error"),
  "100%_": (has) => has("100%_"),
  "-error": (has) => !has("error"),
  "+happened error sure": (has) => has("happened") && (has("error") || has("sure")),
  "blue closed": (has) => has("blue") || has("closed"),
  // Some events have it in their own resource, and nowhere else.
  "flow-run.1": (has) => has("flow-run.1"),
  " ": () => true,
};

const moments = [6, 12].flatMap((i) => [-1, 0, 1].map((micros) => formatTimestamp((at(i) + micros) as Timestamp)));
const prefixes = [["shop."], ["S", "thing_"], ["%"], ["thing_1%"], [""]];

/** The leaves that all criteria on resources have, of which one of some resources meets the value. */
function leavesOfResource(
  part: string,
  resourcesOf: (event: Event) => readonly Resource[],
): Readonly<Record<string, EventLeaf>> {
  const ids = (event: Event) => resourcesOf(event).map((each) => each["prefect.resource.id"] ?? "");
  return {
    [`${part}.id`]: list([...lists(things), ["no such"]], (event, wanted) =>
      ids(event).some((id) => wanted.includes(id)),
    ),
    [`${part}.id_prefix`]: list([["shop."], ["S"], ["prefect.", "blue"], ["%"]], (event, wanted) =>
      ids(event).some((id) => begins(id, wanted)),
    ),
    [`${part}.labels`]: about<Readonly<Record<string, string | readonly string[]>>>(labels, (event, asked) => {
      const wanted = Object.entries(asked);
      if (wanted.length === 0) return true;
      return resourcesOf(event).some((each) =>
        wanted.every(([label, patterns]) => meetsPatterns(each[label], [patterns].flat())),
      );
    }),
  };
}

const labels = [
  {},
  { team: "red" },
  { team: "r*" },
  { team: "!red" },
  { team: ["red", "Red"] },
  { team: ["*", "!re*"] },
  { team: [] },
  { team: "" },
  { team: "r*", size: "1" },
  { "no such": "!red" },
];

function meetsPatterns(value: string | undefined, patterns: readonly string[]): boolean {
  if (value === undefined) return false;
  const fits = (pattern: string) =>
    pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!"));
  const refused = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  return (wanted.length === 0 || wanted.some(fits)) && !refused.some(fits);
}

function about<V>(asks: readonly V[], isMet: (event: Event, asked: V) => boolean): EventLeaf {
  return { asks, isMet, selects: (events, asked: V) => events.filter((event) => isMet(event, asked)) };
}

/** An empty list does not ask for anything. */
function list<V = string>(
  asks: readonly (readonly V[])[],
  isMet: (event: Event, wanted: readonly V[]) => boolean,
): EventLeaf {
  return about<readonly V[]>([[], ...asks], (event, wanted) => wanted.length === 0 || isMet(event, wanted));
}

function lists(texts: readonly string[]): readonly (readonly string[])[] {
  return [...texts.map((text) => [text]), texts.slice(0, 2)];
}

function begins(text: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => text.startsWith(prefix));
}

function idOf({ resource }: Event): string {
  return resource["prefect.resource.id"] ?? "";
}

function team(i: number): Resource {
  return i % 4 === 3 ? {} : { team: pick(teams, i), size: `${i % 2}` };
}

function at(seconds: number): Timestamp {
  return addSeconds(start, seconds);
}

function pick<T>(values: readonly T[], index: number): T {
  return values[index % values.length] as T;
}
