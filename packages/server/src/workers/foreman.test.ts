import { addSeconds } from "@ostinato/core";
import type { Deployment, WorkerInfo, WorkPool, WorkQueue } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf } from "../../test/events-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { type TestPool, testPool } from "../../test/pool-harness.ts";

describeOnEachDatabase("workers that fall silent", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const heartbeat = ({ name }: TestPool, body: object) =>
    server.call("POST", `/work_pools/${name}/workers/heartbeat`, body);
  const workers = async ({ name }: TestPool) =>
    (await server.call<WorkerInfo[]>("POST", `/work_pools/${name}/workers/filter`, {})).body;
  const statuses = async (pool: TestPool) =>
    Object.fromEntries((await workers(pool)).map(({ name, status }) => [name, status]));
  const poolOf = async ({ name }: TestPool) => (await server.call<WorkPool>("GET", `/work_pools/${name}`)).body;
  /** So many seconds, as the loops live through them. */
  async function pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 5) {
      await clock.advance(Math.min(5, left));
      await server.tick("foreman");
      await server.tick("deployment-readiness");
    }
  }

  test("a worker is offline after three of its intervals, and its pool is not ready without another one", async () => {
    const pool = await testPool(server, clock);
    await heartbeat(pool, { name: "quick", heartbeat_interval_seconds: 10 });
    await heartbeat(pool, { name: "usual" });
    await pass(30);
    expect(await statuses(pool)).toEqual({ quick: "ONLINE", usual: "ONLINE" });
    await pass(5);
    expect(await statuses(pool)).toEqual({ quick: "OFFLINE", usual: "ONLINE" });
    expect((await poolOf(pool)).status).toBe("READY");
    await pass(60);
    expect(await statuses(pool)).toEqual({ quick: "OFFLINE", usual: "OFFLINE" });
    const { id, status } = await poolOf(pool);
    expect(status).toBe("NOT_READY");
    await heartbeat(pool, { name: "quick" });
    expect((await poolOf(pool)).status).toBe("READY");
    const told = (await eventsOf(server, `prefect.work-pool.${id}`)).slice(2).map(({ event }) => event);
    expect(told).toEqual(["ready", "not-ready", "ready"].map((word) => `prefect.work-pool.${word}`));
  });

  test("a worker that says an interval of 0 is offline at the next look, and back with its next sign", async () => {
    const pool = await testPool(server, clock);
    await heartbeat(pool, { name: "hasty", heartbeat_interval_seconds: 0 });
    expect(await statuses(pool)).toEqual({ hasty: "ONLINE" });
    await pass(1);
    expect(await statuses(pool)).toEqual({ hasty: "OFFLINE" });
    await heartbeat(pool, { name: "hasty", heartbeat_interval_seconds: 30 });
    await pass(20);
    expect(await statuses(pool)).toEqual({ hasty: "ONLINE" });
  });

  test("a queue and its deployments are not ready when nobody has polled for a minute", async () => {
    const pool = await testPool(server, clock);
    const deployment = async () => (await server.call<Deployment>("GET", `/deployments/${pool.deploymentId}`)).body;
    const queue = async () => (await server.call<WorkQueue>("GET", `/work_pools/${pool.name}/queues/default`)).body;
    await pool.poll();
    for (let n = 0; n < 3; n += 1) {
      await pass(40);
      await pool.poll();
    }
    expect([(await queue()).status, (await deployment()).status]).toEqual(["READY", "READY"]);
    await pass(65);
    expect([(await queue()).status, (await deployment()).status]).toEqual(["NOT_READY", "NOT_READY"]);
    await pool.poll();
    expect([(await queue()).status, (await deployment()).status]).toEqual(["READY", "READY"]);
  });

  test("when somebody moves the clock, workers get the time to give a sign before they are taken for gone", async () => {
    const pool = await testPool(server, clock);
    await heartbeat(pool, { name: "w" });
    await pass(5);
    clock.set(addSeconds(clock.now(), 3600));
    await server.tick("foreman");
    expect(await statuses(pool)).toEqual({ w: "ONLINE" });
    await heartbeat(pool, { name: "w" });
    await pass(20);
    expect(await statuses(pool)).toEqual({ w: "ONLINE" });
  });
});
