import { addSeconds, formatTimestamp, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type {
  BodyOf,
  countEventsOverTime,
  Event,
  EventCreate,
  listEvents,
  ReplyOf,
  readEventPage,
} from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { plainEvent, related, resource } from "../../events/event-harness.ts";

const start = toTimestamp("2030-01-01T00:00:00Z");
const names = ["order.paid", "order.refunded", "orders", "prefect.flow-run.Failed", "prefect.flow-run.Running"];
const flow = "prefect.flow.00000000-0000-0000-0000-000000000001";

/** 4,000 events, one a minute, and two at each moment. */
const events: readonly EventCreate[] = Array.from({ length: 4000 }, (_, index) =>
  plainEvent({
    occurred: addSeconds(start, 60 * Math.floor(index / 2)),
    event: names[index % names.length] ?? "",
    resource: resource(`thing.${index % 7}`, { "prefect.resource.name": `Thing ${index % 7}` }),
    related: index % 3 === 0 ? [related(flow, "flow")] : [],
    payload: index % 1000 === 0 ? { note: "A needle in the hay" } : {},
  }),
);

const latestFirst = events.toSorted(
  (one, other) => toTimestamp(other.occurred) - toTimestamp(one.occurred) || (one.id < other.id ? 1 : -1),
);

describeOnEachDatabase("the pages of events", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    for (let from = 0; from < events.length; from += 1000) {
      const { status } = await server.call("POST", "/events", events.slice(from, from + 1000));
      expect(status).toBe(204);
    }
  });
  afterAll(() => server.stop());

  type List = BodyOf<typeof listEvents>;
  const list = async (body: List) =>
    (await server.call<ReplyOf<typeof listEvents>>("POST", "/ui/events/list", body)).body;
  const counts = (body: BodyOf<typeof countEventsOverTime>) =>
    server.call<ReplyOf<typeof countEventsOverTime>>("POST", "/ui/events/counts", body);

  async function all(body: List): Promise<readonly Event[]> {
    const found: Event[] = [];
    let cursor: string | null = null;
    do {
      const page: ReplyOf<typeof listEvents> = await list({ ...body, cursor, limit: 100 });
      found.push(...page.events);
      cursor = page.next;
    } while (cursor !== null);
    return found;
  }
  const at = (minutes: number) => formatTimestamp(addSeconds(start, 60 * minutes));
  const isAbout = (event: EventCreate, id: string) =>
    [event.resource, ...(event.related ?? [])].some((each) => each["prefect.resource.id"] === id);

  const searches: [string, List, (event: EventCreate) => boolean][] = [
    ["everything", { asked: {} }, () => true],
    ["a name", { asked: { types: ["orders"] } }, ({ event }) => event === "orders"],
    ["names with a beginning", { asked: { types: ["order."] } }, ({ event }) => event.startsWith("order.")],
    [
      "names and beginnings",
      { asked: { types: ["prefect.", "orders"] } },
      ({ event }) => event === "orders" || event.startsWith("prefect."),
    ],
    ["a beginning that no name has", { asked: { types: ["nothing."] } }, () => false],
    ["a resource", { asked: { resource: "thing.3" } }, (event) => isAbout(event, "thing.3")],
    [
      "a related resource and a beginning",
      { asked: { resource: flow, types: ["prefect.flow-run."] } },
      (event) => isAbout(event, flow) && event.event.startsWith("prefect.flow-run."),
    ],
    [
      "a time, whose ends belong to it",
      { asked: { since: at(100), until: at(200) } },
      ({ occurred }) => toTimestamp(occurred) >= toTimestamp(at(100)) && toTimestamp(occurred) <= toTimestamp(at(200)),
    ],
    ["a text", { asked: {}, text: " NEEDLE " }, ({ payload }) => payload?.note !== undefined],
    [
      "a text and a name",
      { asked: { types: ["order.paid"] }, text: "needle" },
      ({ payload, event }) => payload?.note !== undefined && event === "order.paid",
    ],
  ];

  test.each(searches)("find %s page by page, each event once and the latest first", async (_, body, isWanted) => {
    expect((await all(body)).map(({ id }) => id)).toEqual(latestFirst.filter(isWanted).map(({ id }) => id));
  });

  test("refuse a cursor that is not theirs", async () => {
    const { status, body } = await server.call("POST", "/ui/events/list", { asked: {}, cursor: "x" });
    expect({ status, body }).toMatchObject({ status: 422, body: { code: "CURSOR_REFUSED" } });
  });

  describe("count events over time", () => {
    const edges = [0, 60, 120, 1000].map(at);
    const countOf = (isWanted: (event: EventCreate) => boolean) =>
      [0, 60, 120].map((from, index) => {
        const [since, until] = [toTimestamp(at(from)), toTimestamp(edges[index + 1] ?? "")];
        const isIn = (occurred: Timestamp) => occurred >= since && occurred < until;
        return events.filter((event) => isIn(toTimestamp(event.occurred)) && isWanted(event)).length;
      });

    test.each(searches.filter(([, { text, asked }]) => text === undefined && asked.since === undefined))(
      "of %s",
      async (_, { asked }, isWanted) => {
        expect((await counts({ asked, edges })).body.counts).toEqual(countOf(isWanted));
      },
    );

    test("with the names that there are in it, whatever types were asked for", async () => {
      const { body } = await counts({ asked: { types: ["orders"] }, edges });
      expect(body.names).toEqual(names.toSorted().map((name) => ({ name, count: 401 - (name < "order.s" ? 0 : 1) })));
      expect(body.more_names).toBe(false);
    });

    test("with the names of a resource's events", async () => {
      const { body } = await counts({ asked: { resource: "thing.3" }, edges: [at(0), at(10)] });
      expect(body.names).toEqual(
        [
          { name: "order.paid", count: 1 },
          { name: "prefect.flow-run.Failed", count: 1 },
          { name: "orders", count: 1 },
        ].toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      );
    });

    test("refuse edges that are not in their order", async () => {
      const { status, body } = await counts({ asked: {}, edges: [at(1), at(1)] });
      expect(status).toBe(422);
      expect(JSON.stringify(body)).toContain("must come after the edge before it");
    });
  });

  test("show an event with what it follows and what follows it", async () => {
    const occurred = addSeconds(start, 1_000_000);
    const [first, second, third] = [0, 1, 2].map((seconds) =>
      plainEvent({ occurred: addSeconds(occurred, seconds), event: `step.${seconds}`, resource: resource("chain.1") }),
    ) as [EventCreate, EventCreate, EventCreate];
    await server.call("POST", "/events", [first, { ...second, follows: first.id }, { ...third, follows: second.id }]);
    const { body } = await server.call<ReplyOf<typeof readEventPage>>("GET", `/ui/events/${second.id}`);
    expect(body.event.event).toBe("step.1");
    expect(body.follows?.id).toBe(first.id);
    expect(body.followed_by.map(({ id }) => id)).toEqual([third.id]);
    const gone = await server.call("GET", `/ui/events/${timeOrderedId(start)}`);
    expect(gone).toMatchObject({ status: 404, body: { code: "EVENT_NOT_FOUND" } });
  });
});
