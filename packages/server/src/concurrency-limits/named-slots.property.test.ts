import { randomUUID } from "node:crypto";
import type { GlobalConcurrencyLimit, NewConcurrencyLimit, SlotLease } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";

/** Something that one of a few clients does, or the time. A client that crashes forgets what it holds and never comes back. */
type Step =
  | { readonly does: "take"; readonly client: number; readonly of: readonly number[]; readonly slots: number }
  | { readonly does: "give back" | "give back twice" | "renew" | "crash"; readonly client: number }
  | { readonly does: "hear"; readonly seconds: number };

const clientCount = 6;
const client = fc.nat(clientCount - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant("take" as const),
      client,
      of: fc.constantFrom([0], [1], [0, 1], [1, 0]),
      slots: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constantFrom("give back" as const, "give back twice" as const), client }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom("renew" as const, "crash" as const), client }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("hear" as const), seconds: fc.constantFrom(4, 40, 70) }) },
);

/** Steps of one group happen at once, on the two servers in turn; groups one after the other. */
const groups = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 4, maxLength: 14 });
const scenario = fc.record({
  limits: fc.tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 4 })),
  groups,
});

type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

interface Client {
  /** Its place in line and its next lease. */
  place: string;
  lease: string | undefined;
}

const leaseSeconds = 60;

describeOnEachDatabase("slots of named limits in random order", (database) => {
  const clock = fakeClock();
  const servers: TestServer[] = [];
  beforeAll(async () => {
    servers.push(await startTestServer(database.url, { clock }));
    // SQLite has one server.
    if (database.name === "postgresql") servers.push(await startTestServer(database.url, { clock }));
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });

  const call = <T>(index: number, path: string, body?: object, method: "POST" | "GET" = "POST") => {
    const server = servers[index % servers.length];
    if (server === undefined) throw new Error("there is a server");
    return server.call<T>(method, `/v2/concurrency_limits/${path}`, body);
  };

  async function play({ limits, groups }: Scenario): Promise<void> {
    const names = limits.map(() => `limit ${randomUUID()}`);
    for (const [index, limit] of limits.entries()) {
      await call<NewConcurrencyLimit>(0, "", { name: names[index], limit });
    }
    const fresh = (): Client => ({ place: randomUUID(), lease: undefined });
    const clients = Array.from({ length: clientCount }, fresh);

    async function take(given: Step & { readonly does: "take" }, own: Client, index: number): Promise<void> {
      if (own.lease !== undefined) return;
      const wanted = {
        names: given.of.map((number) => names[number]),
        slots: given.slots,
        lease_duration: leaseSeconds,
      };
      const reply = await call<SlotLease>(index, "increment-with-lease", { ...wanted, waiter_id: own.place });
      expect([200, 423]).toContain(reply.status);
      if (reply.status === 200) own.lease = reply.body.lease_id;
    }

    async function giveBack(own: Client, index: number): Promise<void> {
      const { place, lease } = own;
      Object.assign(own, fresh());
      // One that waits leaves its line by the same call.
      expect((await call(index, "decrement-with-lease", { lease_id: lease ?? place })).status).toBe(204);
    }

    async function does(given: Step, index: number): Promise<void> {
      if (given.does === "hear") return slotsOn(serverAt(0), clock).hear(given.seconds);
      const own = clients[given.client] ?? fresh();
      switch (given.does) {
        case "take":
          return take(given, own, index);
        case "give back":
          return giveBack(own, index);
        case "give back twice": {
          const { lease } = own;
          await giveBack(own, index);
          if (lease !== undefined) await call(index + 1, "decrement-with-lease", { lease_id: lease });
          return;
        }
        case "renew": {
          if (own.lease === undefined) return;
          const { status } = await call(index, `leases/${own.lease}/renew`, { lease_duration: leaseSeconds });
          expect([204, 410]).toContain(status);
          if (status === 410) Object.assign(own, fresh());
          return;
        }
        case "crash":
          Object.assign(own, fresh());
      }
    }

    for (const group of groups) {
      await Promise.all(group.map(does));
      for (const [index, limit] of limits.entries()) {
        expect(await activeSlots(names[index] ?? "")).toBeLessThanOrEqual(limit);
        expect(await heldSlots(names[index] ?? "")).toBeLessThanOrEqual(limit);
      }
    }
    // Leases end without anybody's help, and so do places in line.
    await slotsOn(serverAt(0), clock).hear(4 * leaseSeconds);
    for (const [index, limit] of limits.entries()) {
      const name = names[index] ?? "";
      expect(await activeSlots(name)).toBe(0);
      const all = { names: [name], slots: limit, lease_duration: leaseSeconds };
      const reply = await call<SlotLease>(index, "increment-with-lease", all);
      expect(reply.status).toBe(200);
      await call(index, "decrement-with-lease", { lease_id: reply.body.lease_id });
    }
  }

  function serverAt(index: number): TestServer {
    const server = servers[index];
    if (server === undefined) throw new Error("there is a server");
    return server;
  }

  const activeSlots = async (name: string) =>
    (await call<GlobalConcurrencyLimit>(0, encodeURIComponent(name), undefined, "GET")).body.active_slots;

  /** What the rows say, whether or not their time is over. */
  async function heldSlots(name: string): Promise<number> {
    const rows = await serverAt(0)
      .context.db.read.selectFrom("concurrency_slot")
      .innerJoin("concurrency_limit", "concurrency_limit.id", "concurrency_slot.limit_id")
      .select("concurrency_slot.slots")
      .where("concurrency_limit.name", "=", name)
      .execute();
    return rows.reduce((sum, { slots }) => sum + slots, 0);
  }

  test("are never more than the limit, and are all free in the end, whatever their holders do", async () => {
    await fc.assert(fc.asyncProperty(scenario, play), { numRuns: 20 });
  }, 180_000);
});
