import { addSeconds, formatTimestamp, microsPerSecond, type Timestamp, toTimestamp } from "@ostinato/core";
import type { countEventsOverTime, EventCreate, ReplyOf } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { migrate } from "../db/migrate.ts";
import { plainEvent, resource } from "./event-harness.ts";
import { removeIn } from "./events.service.ts";

const hour = 3600;
const start = toTimestamp("2030-01-01T00:00:00Z");
const names = ["order.paid", "order.refunded", "orders", "prefect.flow-run.Failed", "prefect.flow-run.Running"];

/** Seconds from the start: near the edges of hours, or anywhere, also before 1970. */
const second = fc.oneof(
  fc
    .tuple(fc.integer({ min: -30, max: 60 }), fc.constantFrom(-0.000001, 0, 0.000001))
    .map(([hours, off]) => hours * hour + off),
  fc.integer({ min: -30 * hour, max: 60 * hour }),
  fc.integer({ min: -70 * 365 * 24, max: 0 }).map((hours) => hours * hour),
);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ add: fc.array(fc.tuple(second, fc.constantFrom(...names)), { maxLength: 40 }) }),
  },
  { weight: 1, arbitrary: fc.record({ again: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.array(fc.nat(), { maxLength: 30 }) }) },
  { weight: 2, arbitrary: fc.constant({ addUp: true }) },
);

const asked = fc.record({
  types: fc.subarray([...names, "order.", "prefect.", "nothing."]),
  from: second,
  widths: fc.array(
    fc.oneof(
      fc.constantFrom(1, 2, 5).map((hours) => hours * hour),
      fc.integer({ min: 1, max: 9 * hour }),
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
});

describeOnEachDatabase("the counts of events", (database) => {
  let server: TestServer;
  let kept: EventCreate[] = [];
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterEach(() => remove(kept.splice(0)));
  afterAll(() => server.stop());

  async function add(events: readonly EventCreate[]): Promise<void> {
    expect((await server.call("POST", "/events", events)).status).toBe(204);
    const known = new Set(kept.map(({ id }) => id));
    kept.push(...events.filter(({ id }) => !known.has(id)));
  }
  async function remove(events: readonly EventCreate[]): Promise<void> {
    const { db } = server.context;
    const rows = events.map(({ id, occurred, resource }) => ({
      ...{ id, resource, occurred: toTimestamp(occurred), related: [] },
    }));
    await db.write((tx) => removeIn(tx, rows));
  }
  async function counted(types: readonly string[], edges: readonly Timestamp[]): Promise<readonly number[]> {
    const body = { asked: { types }, edges: edges.map(formatTimestamp) };
    const reply = await server.call<ReplyOf<typeof countEventsOverTime>>("POST", "/ui/events/counts", body);
    expect(reply.status).toBe(200);
    return reply.body.counts;
  }
  async function rowsIn(table: "event_count" | "event_count_change") {
    return server.context.db.read
      .selectFrom(table)
      .select(["hour", "event", "count"])
      .orderBy("hour")
      .orderBy("event")
      .execute();
  }

  test("are those of the rows, whatever was added, removed and added up before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), asked, async (steps, { types, from, widths }) => {
        await remove(kept.splice(0));
        for (const each of steps) {
          if ("add" in each) {
            const events = each.add.map(([seconds, event]) => {
              const occurred = (start + Math.round(seconds * microsPerSecond)) as Timestamp;
              return plainEvent({ occurred, event, resource: resource("thing.1") });
            });
            await add(events);
          } else if ("again" in each) {
            const known = kept[each.again % Math.max(1, kept.length)];
            if (known !== undefined) await add([known]);
          } else if ("remove" in each) {
            const places = new Set(each.remove.map((place) => place % Math.max(1, kept.length)));
            await remove(kept.filter((_, place) => places.has(place)));
            kept = kept.filter((_, place) => !places.has(place));
          } else await server.tick("event-counts");
        }
        const edges = [(start + Math.round(from * microsPerSecond)) as Timestamp];
        for (const width of widths) edges.push(addSeconds(edges.at(-1) ?? start, width));
        const isAsked = (name: string) =>
          types.length === 0 || types.some((type) => name === type || (type.endsWith(".") && name.startsWith(type)));
        const expected = widths.map((_, bar) => {
          const [since = start, until = start] = edges.slice(bar, bar + 2);
          const isIn = (at: Timestamp) => at >= since && at < until;
          return kept.filter(({ event, occurred }) => isAsked(event) && isIn(toTimestamp(occurred))).length;
        });
        expect(await counted(types, edges)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("are added up to one row for each hour and name, and none is left of what was removed", async () => {
    const events = Array.from({ length: 50 }, (_, index) =>
      plainEvent({ occurred: addSeconds(start, index * 600), event: names[index % 2] ?? "" }),
    );
    for (const event of events) await add([event]);
    await server.tick("event-counts");
    expect(await rowsIn("event_count_change")).toEqual([]);
    const rows = await rowsIn("event_count");
    const ours = rows.filter(({ hour }) => Number(hour) >= start).map(({ count }) => Number(count));
    expect(ours.toSorted()).toEqual([1, 1, ...Array.from({ length: 16 }, () => 3)]);
    await remove(kept.splice(0));
    await server.tick("event-counts");
    expect((await rowsIn("event_count")).filter(({ hour }) => Number(hour) >= start)).toEqual([]);
  });

  test("are made of the events that there are when a database of an earlier version is upgraded", async () => {
    const { db, clock } = server.context;
    await add(names.map((event) => plainEvent({ occurred: addSeconds(start, hour), event })));
    await server.tick("event-counts");
    const before = await rowsIn("event_count");
    for (const name of ["event_added", "event_removed"]) {
      await db.execute(`DROP TRIGGER ${name}${db.kind === "postgresql" ? " ON event" : ""}`);
    }
    for (const table of ["event_count", "event_count_change"]) await db.execute(`DROP TABLE ${table}`);
    await db.execute("DELETE FROM migration WHERE name = '0035-event-counts'");
    expect((await migrate(db, clock)).applied).toEqual(["0035-event-counts"]);
    expect(await rowsIn("event_count")).toEqual(before);
    expect(await rowsIn("event_count_change")).toEqual([]);
  });

  test.runIf(database.name === "postgresql")("are right while two servers write and another adds up", async () => {
    const other = await startTestServer(database.url);
    try {
      const edges = [start, addSeconds(start, 6 * hour)];
      let written = 0;
      const write = async (to: TestServer, name: string) => {
        for (let batch = 0; batch < 20; batch += 1) {
          const events = Array.from({ length: 10 }, (_, index) =>
            plainEvent({ occurred: addSeconds(start, (batch * 997 + index * 1111) % (6 * hour)), event: name }),
          );
          await to.call("POST", "/events", events);
          kept.push(...events);
          written += events.length;
        }
      };
      let done = false;
      const look = async () => {
        while (!done) {
          const before = written;
          await server.tick("event-counts");
          const sum = (await counted([], edges)).reduce((total, each) => total + each, 0);
          const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM event`.execute(
            server.context.db.read,
          );
          expect(sum).toBeGreaterThanOrEqual(before);
          expect(sum).toBeLessThanOrEqual(Number(rows[0]?.count));
        }
      };
      const looking = look();
      await Promise.all([write(server, "a"), write(other, "b"), write(other, "a")]).finally(() => {
        done = true;
      });
      await looking;
      expect(await counted([], edges)).toEqual([600]);
    } finally {
      await other.stop();
    }
  });
});
