import type { SlotLease } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";

describeOnEachDatabase("slots of limits", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let slots: ReturnType<typeof slotsOn>;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    slots = slotsOn(server, clock);
  });
  afterAll(() => server.stop());

  test("a task with tags gets its slots where no limit exists", async () => {
    const holder = { type: "task_run", id: "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55" };
    const taken = await server.call<{ lease_id: string }>("POST", "/v2/concurrency_limits/increment-with-lease", {
      names: ["tag:a"],
      slots: 1,
      mode: "concurrency",
      lease_duration: 60,
      holder,
    });
    expect(taken).toMatchObject({ status: 200, body: { lease_id: expect.any(String), limits: [] } });
    const { lease_id } = taken.body;
    const renew = `/v2/concurrency_limits/leases/${lease_id}/renew`;
    expect((await server.call("POST", renew, { lease_duration: 60 })).status).toBe(204);
    expect((await server.call("POST", "/v2/concurrency_limits/decrement-with-lease", { lease_id })).status).toBe(204);
  });

  const take = (name: string, more: object = {}) =>
    server.call<SlotLease>("POST", "/v2/concurrency_limits/increment-with-lease", {
      names: [name, "unknown"],
      slots: 1,
      ...more,
    });
  const giveBack = (lease_id: string) =>
    server.call("POST", "/v2/concurrency_limits/decrement-with-lease", { lease_id });
  const renew = (id: string) =>
    server.call("POST", `/v2/concurrency_limits/leases/${id}/renew`, { lease_duration: 60 });

  test("slots of a limit are taken by name, refused when all are taken, and given back once however often that is said", async () => {
    const { id } = await slots.deployment(2);
    const name = `deployment:${id}`;
    const limit = await slots.limitOf(id);
    const first = await take(name, { slots: 2 });
    expect(first).toMatchObject({ status: 200, body: { limits: [{ id: limit?.id, name, limit: 2 }] } });
    const full = await take(name);
    expect(full).toMatchObject({ status: 423, body: { detail: "Locked" } });
    expect(Number(full.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(full.headers["retry-after"])).toBeLessThan(2);
    expect(await take(name, { slots: 3 })).toMatchObject({
      status: 422,
      body: { detail: "Slots requested is greater than the limit" },
    });
    for (const _time of [1, 2]) expect((await giveBack(first.body.lease_id)).status).toBe(204);
    expect((await slots.limitOf(id))?.active_slots).toBe(0);
    expect((await take(name)).status).toBe(200);
  });

  test("a lease lasts while it is renewed, and its slots are free afterwards", async () => {
    const { id } = await slots.deployment(1);
    const { body } = await take(`deployment:${id}`, { lease_duration: 60 });
    await slots.hear(40);
    expect((await renew(body.lease_id)).status).toBe(204);
    await slots.hear(40);
    expect((await take(`deployment:${id}`)).status).toBe(423);
    await slots.hear(30);
    expect((await renew(body.lease_id)).status).toBe(410);
    expect((await take(`deployment:${id}`)).status).toBe(200);
  });

  test("those who ask at once never get more than there is", async () => {
    const { id } = await slots.deployment(3);
    const answers = await Promise.all(Array.from({ length: 20 }, () => take(`deployment:${id}`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect((await slots.limitOf(id))?.active_slots).toBe(3);
  });

  test("a request that no server could take is refused", async () => {
    const ask = (body: object) => server.call("POST", "/v2/concurrency_limits/increment-with-lease", body);
    expect((await ask({ names: ["a"], slots: 0 })).status).toBe(422);
    expect((await ask({ names: [], slots: 1 })).status).toBe(422);
    expect((await ask({ names: ["a"], slots: 1, lease_duration: 5 })).status).toBe(422);
  });
});
