import { addSeconds, type Timestamp, toTimestamp } from "@ostinato/core";
import type { Event, EventPage } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { plainEvent, related, resource } from "./event-harness.ts";

const start = toTimestamp("2030-01-02T10:00:00Z");

function at(seconds: number): Timestamp {
  return addSeconds(start, seconds);
}

describeOnEachDatabase("pages and counts of events", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock: fakeClock("2030-01-02T12:00:00Z") });
    const events = Array.from({ length: 120 }, (_, index) =>
      plainEvent({
        // Several of one moment, so that pages must not cut by the moment alone.
        occurred: at(Math.floor(index / 7) * 60),
        event: index % 3 === 0 ? "often" : `rare.${index % 4}`,
        resource: resource(`r.${index % 2}`, { "prefect.resource.name": `name ${index % 2}` }),
        related: index < 80 ? [related("run", "flow-run")] : [],
      }),
    );
    expect((await server.call("POST", "/events", events)).status).toBe(204);
  });
  afterAll(() => server.stop());

  async function allPages(filter: object, limit: number): Promise<{ pages: EventPage[]; events: Event[] }> {
    const pages = [(await server.call<EventPage>("POST", "/events/filter", { filter, limit })).body];
    for (let next = pages[0]?.next_page; next; next = pages.at(-1)?.next_page) {
      expect(next).toMatch(/^http:\/\/[^/]+\/api\/events\/filter\/next\?page-token=[\w-]+$/);
      pages.push((await server.call<EventPage>("GET", new URL(next).pathname.slice(4) + new URL(next).search)).body);
    }
    return { pages, events: pages.flatMap(({ events }) => events) };
  }

  test.each([
    ["all", {}, 120],
    ["of one thing, by its way in", { any_resource: { id: ["run"] } }, 80],
    ["by a name", { event: { name: ["often"] } }, 40],
  ])("pages hold every event once, the newest first: %s", async (_what, filter, count) => {
    const { pages, events } = await allPages(filter, 50);
    expect(new Set(events.map(({ id }) => id)).size).toBe(count);
    expect(events).toHaveLength(count);
    expect(pages.map(({ total }) => total)).toEqual(pages.map(() => count));
    const order = events.map(({ occurred, id }) => `${occurred} ${id}`);
    expect(order).toEqual(order.toSorted().reverse());
    const { events: ascending } = await allPages({ ...filter, order: "ASC" }, 50);
    expect(ascending).toEqual(events.toReversed());
  });

  test("events between two pages do not shift them", async () => {
    const first = (await server.call<EventPage>("POST", "/events/filter", { filter: {}, limit: 10 })).body;
    const next = new URL(first.next_page ?? "");
    await server.call("POST", "/events", [plainEvent({ occurred: at(7000), event: "late" })]);
    const second = (await server.call<EventPage>("GET", next.pathname.slice(4) + next.search)).body;
    const all = (
      await server.call<EventPage>("POST", "/events/filter", { filter: { event: { exclude_name: ["late"] } } })
    ).body;
    expect(second.events).toEqual(all.events.slice(10, 20));
  });

  test("limits and tokens are checked", async () => {
    expect((await server.call("POST", "/events/filter", { limit: 51 })).status).toBe(422);
    expect((await server.call("POST", "/events/filter", { limit: 0 })).body).toMatchObject({
      events: [],
      next_page: null,
    });
    expect((await server.call("POST", "/events/filter", { filter: { colour: "red" } })).status).toBe(422);
    for (const token of ["", "x", Buffer.from('[{"bad":1},50,1,1,"x"]').toString("base64url")]) {
      expect(await server.call("GET", `/events/filter/next?page-token=${token}`)).toMatchObject({
        status: 422,
        body: { exception_detail: [{ loc: ["query", "page-token"] }] },
      });
    }
    expect((await server.call("POST", "/events/filter")).body).toMatchObject({ total: 121 });
  });

  test("events are counted by name and by resource, the most frequent first", async () => {
    const filter = { event: { exclude_name: ["late"] } };
    const byName = await server.call<{ value: string; count: number }[]>("POST", "/events/count-by/event", { filter });
    expect(byName.body.map(({ value, count }) => [value, count])).toEqual([
      ["often", 40],
      ["rare.0", 20],
      ["rare.1", 20],
      ["rare.2", 20],
      ["rare.3", 20],
    ]);
    const byResource = await server.call("POST", "/events/count-by/resource", { filter });
    expect(byResource.body).toEqual([
      expect.objectContaining({ value: "r.0", label: "name 0", count: 60, start_time: "2030-01-02T10:00:00Z" }),
      expect.objectContaining({ value: "r.1", label: "name 1", count: 60 }),
    ]);
  });

  test("events are counted over time, including intervals without events", async () => {
    const count = async (countable: string, body: object) =>
      (
        await server.call<{ count: number; start_time: string; end_time: string }[]>(
          "POST",
          `/events/count-by/${countable}`,
          body,
        )
      ).body;
    const occurred = { since: "2030-01-02T10:00:30Z", until: "2030-01-02T10:20:00Z" };
    const filter = { occurred, event: { exclude_name: ["late"] } };
    const minutes = await count("time", { filter, time_unit: "minute", time_interval: 5 });
    expect(minutes.map(({ count }) => count)).toEqual([28, 35, 35, 15]);
    expect(minutes[1]).toEqual({
      value: "1",
      label: "2030-01-02T10:05:00+00:00",
      count: 35,
      start_time: "2030-01-02T10:05:00Z",
      end_time: "2030-01-02T10:09:59.999999Z",
    });
    const days = await count("day", {
      filter: { occurred: { since: "2029-12-31T23:00:00Z", until: "2030-01-02T23:00:00Z" } },
    });
    expect(days.map(({ start_time, count }) => [start_time, count])).toEqual([
      ["2029-12-31T00:00:00Z", 0],
      ["2030-01-01T00:00:00Z", 0],
      ["2030-01-02T00:00:00Z", 121],
    ]);
    const [week] = await count("time", { filter: { occurred }, time_unit: "week" });
    expect(week).toMatchObject({ start_time: "2029-12-31T00:00:00Z", end_time: "2030-01-06T23:59:59.999999Z" });
    expect(await server.call("POST", "/events/count-by/time", { filter: {}, time_unit: "second" })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("15552000 buckets, which is too many") },
    });
    expect((await server.call("POST", "/events/count-by/colour", { filter })).status).toBe(422);
  });
});
