import type { WorkerInfo, WorkPool } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("workers", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let pool = "";
  let pools = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    pools += 1;
    pool = `pool-${pools}`;
    await server.call("POST", "/work_pools/", { name: pool, type: "process" });
  });

  const heartbeat = (body: object) => server.call("POST", `/work_pools/${pool}/workers/heartbeat`, body);
  const list = async (workers: object = {}) =>
    (await server.call<WorkerInfo[]>("POST", `/work_pools/${pool}/workers/filter`, { workers })).body;
  const statusOfPool = async () => (await server.call<WorkPool>("GET", `/work_pools/${pool}`)).body.status;

  test("the first sign of life registers a worker and makes its pool ready, further ones move its time", async () => {
    expect((await heartbeat({ name: "w", heartbeat_interval_seconds: 30 })).status).toBe(204);
    const [first] = await list();
    expect(first).toMatchObject({ name: "w", heartbeat_interval_seconds: 30, status: "ONLINE" });
    expect(await statusOfPool()).toBe("READY");
    await clock.advance(10);
    await heartbeat({ name: "w" });
    const [second, ...others] = await list();
    expect(others).toEqual([]);
    expect(second).toMatchObject({ id: first?.id, heartbeat_interval_seconds: 30 });
    expect(Date.parse(second?.last_heartbeat_time ?? "") - Date.parse(first?.last_heartbeat_time ?? "")).toBe(10_000);
  });

  test("two workers of one name are one row, whose time is that of the last sign", async () => {
    await Promise.all([heartbeat({ name: "twin" }), heartbeat({ name: "twin" })]);
    expect(await list()).toHaveLength(1);
  });

  test("workers are found by status and time, those that were heard last first", async () => {
    await heartbeat({ name: "early" });
    await clock.advance(5);
    await heartbeat({ name: "late" });
    const all = await list();
    expect(all.map(({ name }) => name)).toEqual(["late", "early"]);
    const after = await list({ last_heartbeat_time: { after_: all[0]?.last_heartbeat_time } });
    expect(after.map(({ name }) => name)).toEqual(["late"]);
    expect(await list({ status: { any_: ["OFFLINE"] } })).toEqual([]);
    expect(await list({ status: { not_any_: ["OFFLINE"] } })).toHaveLength(2);
  });

  test("a worker is deleted, and comes back with its next sign", async () => {
    await heartbeat({ name: "w" });
    const remove = () => server.call("DELETE", `/work_pools/${pool}/workers/w`);
    expect((await remove()).status).toBe(204);
    expect(await remove()).toMatchObject({
      status: 404,
      body: { detail: "Worker not found.", code: "WORKER_NOT_FOUND" },
    });
    await heartbeat({ name: "w" });
    expect(await list()).toHaveLength(1);
  });
});
