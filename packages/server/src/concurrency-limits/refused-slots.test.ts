import type { NewConcurrencyLimit, SlotLease } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const nowhere = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";

describeOnEachDatabase("slots that can't be had", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    expect((await call("POST", "", { name: "database", limit: 2 })).status).toBe(201);
    expect((await call("POST", "", { name: "api", limit: 2, slot_decay_per_second: 1 })).status).toBe(201);
  });
  afterAll(() => server.stop());

  const call = <T = NewConcurrencyLimit>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) =>
    server.call<T & { readonly code: string }>(method, `/v2/concurrency_limits/${path}`, body);
  const taken = async () => (await call("GET", "database")).body.active_slots;
  const v1 = (method: "GET" | "POST" | "DELETE", path: string, body?: object) =>
    server.call(method, `/concurrency_limits/${path}`, body);

  describe("more than the limit has", () => {
    test.each([
      ["increment-with-lease", { names: ["database"], slots: 3 }],
      ["increment", { names: ["database"], slots: 3 }],
      ["increment", { names: ["api"], slots: 3, mode: "rate_limit" }],
      ["increment-with-lease", { names: ["api", "database"], slots: 2 ** 31 - 1 }],
      ["increment-with-lease", { names: ["task:load"], slots: 3, keyed: { limit: 2 } }],
    ])("are refused at once by %s, and nothing is taken", async (path, body) => {
      expect(await call("POST", path, body)).toMatchObject({ status: 422, body: { code: "TOO_MANY_SLOTS" } });
      expect(await taken()).toBe(0);
    });
  });

  describe("numbers that are no numbers of slots", () => {
    test.each([
      ["increment-with-lease", { names: ["database"], slots: -1 }, "slots"],
      ["increment-with-lease", { names: ["database"], slots: 0 }, "slots"],
      ["increment-with-lease", { names: ["database"], slots: 1.5 }, "slots"],
      ["increment-with-lease", { names: ["database"], slots: 2 ** 31 }, "slots"],
      ["increment", { names: ["database"], slots: -1 }, "slots"],
      ["decrement", { names: ["database"], slots: -1 }, "slots"],
      ["increment-with-lease", { names: ["task:load"], slots: 1, keyed: { limit: 0 } }, "limit"],
      ["increment-with-lease", { names: ["task:load"], slots: 1, keyed: { limit: -1 } }, "limit"],
      ["", { name: "new", limit: -1 }, "limit"],
      ["", { name: "new", limit: 1, active_slots: -1 }, "active_slots"],
      ["", { name: "new", limit: 1, denied_slots: -1 }, "denied_slots"],
      ["", { name: "new", limit: 1, slot_decay_per_second: -0.5 }, "slot_decay_per_second"],
    ])("are refused by %s of %o, by the name of the field", async (path, body, field) => {
      const reply = await call<object>("POST", path, body);
      expect(reply.status).toBe(422);
      expect(JSON.stringify(reply.body)).toContain(field);
      expect(await taken()).toBe(0);
    });

    test.each([{ limit: -1 }, { active_slots: -1 }, { denied_slots: -1 }, { slot_decay_per_second: -1 }])(
      "are refused where a limit is changed to %o",
      async (change) => {
        const reply = await call<object>("PATCH", "database", change);
        expect(reply.status).toBe(422);
        expect(JSON.stringify(reply.body)).toContain(Object.keys(change)[0]);
        expect((await call("GET", "database")).body).toMatchObject({ limit: 2, slot_decay_per_second: 0 });
      },
    );

    test("are refused for tags", async () => {
      expect((await v1("POST", "", { tag: "gpu", concurrency_limit: -1 })).status).toBe(422);
      expect((await v1("GET", "tag/gpu")).status).toBe(404);
    });
  });

  describe("of names without a limit", () => {
    test("are given to everybody, with a lease that is renewed and given back like any other", async () => {
      const { status, body } = await call<SlotLease>("POST", "increment-with-lease", {
        names: ["unknown", "also unknown"],
        slots: 1000,
      });
      expect([status, body.limits]).toEqual([200, []]);
      expect((await call("POST", `leases/${body.lease_id}/renew`, {})).status).toBe(204);
      expect((await call("POST", "decrement-with-lease", { lease_id: body.lease_id })).status).toBe(204);
      expect((await call("GET", "unknown")).status).toBe(404);
    });

    test("are taken together with those of names that have one", async () => {
      const { body } = await call<SlotLease>("POST", "increment-with-lease", {
        names: ["unknown", "database"],
        slots: 1,
      });
      expect(body.limits.map(({ name }) => name)).toEqual(["database"]);
      await call("POST", "decrement-with-lease", { lease_id: body.lease_id });
      expect(await taken()).toBe(0);
    });

    test("free nothing where they are given back", async () => {
      expect(await call("POST", "decrement", { names: ["unknown"], slots: 1 })).toMatchObject({
        status: 200,
        body: [],
      });
      expect((await call("POST", "decrement-with-lease", { lease_id: nowhere })).status).toBe(204);
      expect(await call("POST", `leases/${nowhere}/renew`, {})).toMatchObject({
        status: 410,
        body: { code: "LEASE_ENDED" },
      });
    });

    test("are not found", async () => {
      const asked = [
        await call("GET", "unknown"),
        await call("GET", nowhere),
        await call("PATCH", "unknown", { active_slots: 0 }),
        await call("DELETE", "unknown"),
        await server.call("GET", "/ui/concurrency_limits/unknown"),
        await v1("GET", "tag/unknown"),
        await v1("GET", nowhere),
        await v1("POST", "tag/unknown/reset", {}),
        await v1("DELETE", "tag/unknown"),
        await v1("DELETE", nowhere),
      ];
      expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 404));
    });
  });

  test.each([
    { what: "a slash", name: "a/b" },
    { what: "a percent sign", name: "100%" },
    { what: "an ampersand", name: "a&b" },
    { what: "angle brackets", name: "<b>" },
    { what: "nothing in it", name: "" },
    { what: "too many characters", name: "x".repeat(2001) },
  ])("a name with $what is refused by the name of the field", async ({ name }) => {
    const reply = await call<object>("POST", "", { name, limit: 1 });
    expect(reply.status).toBe(422);
    expect(JSON.stringify(reply.body)).toContain("name");
    expect((await call<object>("PATCH", "database", { name })).status).toBe(422);
  });
});
