import type {
  ConcurrencyLimitPage,
  Event,
  GlobalConcurrencyLimit,
  NewConcurrencyLimit,
  SlotLease,
} from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";
import { eventsAbout } from "../events/event-harness.ts";

type Limits = readonly { readonly id: string; readonly name: string; readonly limit: number }[];

describeOnEachDatabase("limits by name", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let made = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const call = <T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) =>
    server.call<T & { readonly detail: string; readonly code: string }>(method, `/v2/concurrency_limits/${path}`, body);
  async function limit(given: object = {}) {
    made += 1;
    const reply = await call<NewConcurrencyLimit>("POST", "", { name: `limit ${made}`, limit: 2, ...given });
    expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
    return reply.body;
  }
  const read = async (idOrName: string) => (await call<GlobalConcurrencyLimit>("GET", idOrName)).body;
  const take = (name: string, more: object = {}) =>
    call<SlotLease>("POST", "increment-with-lease", { names: [name], slots: 1, ...more });
  const giveBack = (lease_id: string) => call("POST", "decrement-with-lease", { lease_id });
  const waiter = (last: number) => `01a1ffcc-addd-7f39-ab35-${String(last).padStart(12, "0")}`;

  test("a limit is made, read by id and by name, changed, listed by name and deleted", async () => {
    const one = await limit({ name: "warehouse" });
    expect(one).toMatchObject({
      name: "warehouse",
      limit: 2,
      active: true,
      active_slots: 0,
      denied_slots: 0,
      slot_decay_per_second: 0,
      avg_slot_occupancy_seconds: 2,
    });
    expect(await read(one.id)).toEqual(await read("warehouse"));
    expect((await call("PATCH", "warehouse", { limit: 5, name: "lake" })).status).toBe(204);
    expect(await read("lake")).toMatchObject({ id: one.id, limit: 5 });
    const { body: all } = await call<GlobalConcurrencyLimit[]>("POST", "filter");
    expect(all.map(({ name }) => name)).toEqual(all.map(({ name }) => name).toSorted());
    expect((await call("DELETE", one.id)).status).toBe(204);
    expect(await call("GET", "lake")).toMatchObject({ status: 404, body: { detail: "Concurrency Limit not found" } });
    const told = (await eventsAbout(server, `prefect.concurrency-limit.${one.id}`)).map(({ event }: Event) => event);
    expect(told.toSorted()).toEqual(
      ["created", "deleted", "updated"].map((action) => `prefect.concurrency-limit.${action}`),
    );
  });

  test("a name is given once, and what can't be is refused", async () => {
    const one = await limit();
    expect(await call("POST", "", { name: one.name, limit: 1 })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(`"${one.name}" exists already`) },
    });
    const other = await limit();
    expect((await call("PATCH", other.id, { name: one.name })).status).toBe(409);
    expect(await call("PATCH", other.id, { limit: null })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("`limit` of a concurrency limit can't be null") },
    });
    expect((await call("POST", "", { name: "a/b", limit: 1 })).status).toBe(422);
    expect((await call("POST", "", { name: "below", limit: -1 })).status).toBe(422);
    expect((await call("PATCH", "nowhere", { limit: 1 })).status).toBe(404);
  });

  test("slots without a lease are held until they are given back by name", async () => {
    const { id, name } = await limit();
    const increment = (slots: number) => call<Limits>("POST", "increment", { names: [name, "unknown"], slots });
    expect(await increment(2)).toMatchObject({ status: 200, body: [{ id, name, limit: 2 }] });
    expect(await increment(1)).toMatchObject({ status: 423, body: { detail: "Locked" } });
    const back = await call<Limits>("POST", "decrement", { names: [name, "unknown"], slots: 1 });
    expect(back.body).toEqual([{ id, name, limit: 2 }]);
    expect((await read(name)).active_slots).toBe(1);
    for (const _time of [1, 2]) await call("POST", "decrement", { names: [name], slots: 5 });
    expect((await read(name)).active_slots).toBe(0);
  });

  test("slots are set by hand: freed from the earliest on, or taken without a holder", async () => {
    const { name } = await limit({ limit: 5, active_slots: 1 });
    expect((await read(name)).active_slots).toBe(1);
    const { body: kept } = await take(name, { slots: 3 });
    await call("PATCH", name, { active_slots: 2 });
    expect((await read(name)).active_slots).toBe(2);
    await giveBack(kept.lease_id);
    expect((await read(name)).active_slots).toBe(0);
    await call("PATCH", name, { active_slots: 4 });
    expect((await take(name, { slots: 2 })).status).toBe(423);
  });

  test("an inactive limit limits nothing", async () => {
    const { name } = await limit({ limit: 1, active: false });
    for (const _time of [1, 2, 3]) expect((await take(name)).status).toBe(200);
  });

  test("a rate frees its slots by itself, and tells to the hundredth of a second when to ask again", async () => {
    const { name } = await limit({ limit: 2, slot_decay_per_second: 0.5 });
    const ask = (slots: number) => call<Limits>("POST", "increment", { names: [name], slots, mode: "rate_limit" });
    expect((await ask(2)).status).toBe(200);
    expect((await read(name)).active_slots).toBe(2);
    const denied = await ask(1);
    expect(denied.status).toBe(423);
    expect(Number(denied.headers["retry-after"])).toBeCloseTo(2, 1);
    await clock.advance(2.1);
    expect((await ask(1)).status).toBe(200);
    expect((await ask(1)).status).toBe(423);
    await clock.advance(3600);
    expect((await read(name)).active_slots).toBe(0);
    expect((await ask(3)).status).toBe(422);
  });

  test("a limit without a rate is not used as one", async () => {
    const { name } = await limit();
    expect(await call("POST", "increment", { names: [name], slots: 1, mode: "rate_limit" })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining(`do not have a decay configured: '${name}'`) },
    });
  });

  test("whoever waits longest goes first, and who comes in between does not pass", async () => {
    const { name } = await limit({ limit: 1 });
    const { body: first } = await take(name);
    expect((await take(name, { waiter_id: waiter(1) })).status).toBe(423);
    expect((await take(name, { holder: { type: "flow_run", id: waiter(2) } })).status).toBe(423);
    await giveBack(first.lease_id);
    expect((await take(name)).status).toBe(423);
    expect((await take(name, { holder: { type: "flow_run", id: waiter(2) } })).status).toBe(423);
    const second = await take(name, { waiter_id: waiter(1) });
    expect(second.status).toBe(200);
    await giveBack(second.body.lease_id);
    expect((await take(name, { holder: { type: "flow_run", id: waiter(2) } })).status).toBe(200);
  });

  test("a waiter that does not ask again loses its place", async () => {
    const { name } = await limit({ limit: 1 });
    const { body: first } = await take(name);
    expect((await take(name, { waiter_id: waiter(3) })).status).toBe(423);
    await giveBack(first.lease_id);
    await slotsOn(server, clock).hear(20);
    expect((await take(name)).status).toBe(200);
  });

  test("a name whose limit was renamed or deleted limits nothing, and its leases may be renewed and given back", async () => {
    const one = await limit({ limit: 1 });
    const { body: held } = await take(one.name);
    expect((await call("PATCH", one.id, { name: `${one.name} renamed` })).status).toBe(204);
    const { body: lease } = await take(one.name);
    expect(lease.limits).toEqual([]);
    expect((await call("POST", `leases/${lease.lease_id}/renew`, { lease_duration: 60 })).status).toBe(204);
    await giveBack(lease.lease_id);
    expect((await take(`${one.name} renamed`)).status).toBe(423);
    await giveBack(held.lease_id);
    expect((await take(`${one.name} renamed`)).body.limits).toMatchObject([{ id: one.id }]);
    expect((await call("DELETE", one.id)).status).toBe(204);
    expect((await take(`${one.name} renamed`)).body.limits).toEqual([]);
  });

  test("who waits again after its lease has ended leaves the line by giving back", async () => {
    const { name } = await limit({ limit: 1 });
    const again = { waiter_id: waiter(21), lease_duration: 60 };
    expect((await take(name, again)).status).toBe(200);
    await slotsOn(server, clock).hear(70);
    const { body: other } = await take(name);
    expect((await take(name, again)).status).toBe(423);
    expect((await take(name, { waiter_id: waiter(22) })).status).toBe(423);
    await giveBack(waiter(21));
    await giveBack(other.lease_id);
    expect((await take(name, { waiter_id: waiter(22) })).status).toBe(200);
  });

  test("one that waits for many slots gets them, though others want few", async () => {
    const { name } = await limit({ limit: 3 });
    const small = [await take(name), await take(name)];
    expect((await take(name, { slots: 3, waiter_id: waiter(4) })).status).toBe(423);
    expect((await take(name)).status).toBe(423);
    for (const { body } of small) await giveBack(body.lease_id);
    expect((await take(name, { slots: 3, waiter_id: waiter(4) })).status).toBe(200);
  });

  test("limits of keys are made by those who need them, follow their code, and go when nobody needs them", async () => {
    const key = (given: object) => take("task:load:customer-7", { keyed: { limit: 2, ...given } });
    const [one, two] = [await key({}), await key({})];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect((await key({})).status).toBe(423);
    expect((await key({ limit: 3 })).status).toBe(200);
    const { body: all } = await call<GlobalConcurrencyLimit[]>("POST", "filter");
    expect(all.map(({ name }) => name)).not.toContain("task:load:customer-7");
    await slotsOn(server, clock).hear(310);
    await clock.advance(3700);
    await slotsOn(server, clock).hear(2);
    expect((await call("GET", "task:load:customer-7")).status).toBe(404);
  });

  test("a page tells who holds slots and who waits, by their runs", async () => {
    const { name, id } = await limit({ limit: 1 });
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "holds slots" });
    const runs: string[] = [];
    for (const runName of ["holder", "waiter"]) {
      const run = await server.call<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.body.id, name: runName });
      runs.push(run.body.id);
    }
    await take(name, { holder: { type: "flow_run", id: runs[0] } });
    await take(name, { holder: { type: "flow_run", id: runs[1] }, waiter_id: waiter(8) });
    await take(name, { waiter_id: waiter(9) });
    const page = await server.call<ConcurrencyLimitPage>("GET", `/ui/concurrency_limits/${id}`);
    expect(page.body).toMatchObject({
      limit: { id, name, active_slots: 1 },
      holders: [{ flow_run_id: runs[0], flow_run_name: "holder", task_run_id: null, slots: 1 }],
      waiting: [
        { flow_run_id: runs[1], flow_run_name: "waiter" },
        { flow_run_id: null, flow_run_name: null },
      ],
      waiting_count: 2,
    });
    expect((await server.call("GET", "/ui/concurrency_limits/nowhere")).status).toBe(404);
  });

  test("a rate by key is kept until all of its slots are free again", async () => {
    const keyed = { limit: 3, slot_decay_per_second: 1 / 3600 };
    const pass = () =>
      call<Limits>("POST", "increment", { names: ["rate:task:report"], slots: 1, mode: "rate_limit", keyed });
    for (const _time of [1, 2, 3]) expect((await pass()).status).toBe(200);
    await clock.advance(2 * 3600);
    await slotsOn(server, clock).hear(2);
    expect((await read("rate:task:report")).active_slots).toBe(1);
    await clock.advance(3600);
    await slotsOn(server, clock).hear(2);
    expect((await call("GET", "rate:task:report")).status).toBe(404);
  });

  test("who waits for a slow rate and dies lets the next one on soon", async () => {
    const keyed = { limit: 1, slot_decay_per_second: 1 / 600 };
    const pass = (last: number) =>
      call<Limits>("POST", "increment", {
        names: ["rate:task:slow"],
        slots: 1,
        mode: "rate_limit",
        keyed,
        waiter_id: waiter(last),
      });
    expect((await pass(5)).status).toBe(200);
    expect((await pass(6)).status).toBe(423);
    await slotsOn(server, clock).hear(20);
    await clock.advance(600);
    expect((await pass(7)).status).toBe(200);
  });

  test("how long slots are held is learned from those that are given back", async () => {
    const { name } = await limit({ limit: 1 });
    for (let time = 0; time < 12; time += 1) {
      const { body } = await take(name);
      await clock.advance(10);
      await giveBack(body.lease_id);
    }
    await take(name);
    const denied = await take(name);
    expect(Number(denied.headers["retry-after"])).toBeGreaterThan(6);
    expect(Number(denied.headers["retry-after"])).toBeLessThan(14);
  });
});

describeOnEachDatabase("limits of tags", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const call = <T>(method: "GET" | "POST" | "DELETE", path: string, body?: object) =>
    server.call<T & { readonly detail: string }>(method, `/concurrency_limits/${path}`, body);
  const taskRun = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
  const another = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca56";

  test("the first version of the API sees the limits of tags, and the second sees the same", async () => {
    const first = await call<{ id: string }>("POST", "", { tag: "database", concurrency_limit: 1 });
    expect(first).toMatchObject({ status: 201, body: { tag: "database", concurrency_limit: 1, active_slots: [] } });
    const { id } = first.body;
    expect(await call("POST", "", { tag: "database", concurrency_limit: 2 })).toMatchObject({
      status: 200,
      body: { id },
    });
    const taken = await call("POST", "increment", { names: ["database", "none"], task_run_id: taskRun });
    expect(taken).toMatchObject({ status: 200, body: [{ id, name: "database", limit: 2 }] });
    expect(await call("GET", "tag/database")).toMatchObject({ body: { active_slots: [taskRun] } });
    expect(await server.call("GET", "/v2/concurrency_limits/tag:database")).toMatchObject({
      body: { id, active_slots: 1, limit: 2 },
    });
    await call("POST", "increment", { names: ["database"], task_run_id: another });
    expect(await call("POST", "increment", { names: ["database"], task_run_id: another })).toMatchObject({
      status: 423,
      body: { detail: "Concurrency limit for the database tag has been reached" },
    });
    const back = await call("POST", "decrement", { names: ["database", "none"], task_run_id: taskRun });
    expect(back.body).toEqual([{ id, name: "tag:database", limit: 2 }]);
    expect(await call("GET", id)).toMatchObject({ body: { active_slots: [another] } });
    expect((await call("POST", "tag/database/reset", { slot_override: [taskRun] })).status).toBe(200);
    expect(await call("POST", "filter")).toMatchObject({ body: [{ id, active_slots: [taskRun] }] });
    await call("POST", "tag/database/reset", {});
    expect(await call("GET", id)).toMatchObject({ body: { active_slots: [] } });
    expect(await call("DELETE", "tag/database")).toMatchObject({ status: 200, body: null });
    for (const path of [id, "tag/database"]) {
      expect(await call("GET", path)).toMatchObject({ status: 404, body: { detail: "Concurrency limit not found" } });
      expect((await call("DELETE", path)).status).toBe(404);
    }
    expect((await call("POST", "tag/database/reset", {})).status).toBe(404);
  });

  test("no tags take nothing", async () => {
    for (const path of ["increment", "decrement"]) {
      expect(await call("POST", path, { names: [], task_run_id: taskRun })).toMatchObject({ status: 200, body: [] });
    }
  });

  test("a limit of 0 says that it would never let the task run", async () => {
    await call("POST", "", { tag: "never", concurrency_limit: 0 });
    expect(await call("POST", "increment", { names: ["never"], task_run_id: taskRun })).toMatchObject({
      status: 423,
      body: { detail: 'The concurrency limit on tag "never" is 0 and will deadlock if the task tries to run again.' },
    });
  });
});
