import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { Deployment, FlowRun, WorkQueue } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf } from "../../test/events-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { testPool } from "../../test/pool-harness.ts";

describeOnEachDatabase("polls of a work pool", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const queueOf = async (pool: string, name = "default") =>
    (await server.call<WorkQueue>("GET", `/work_pools/${pool}/queues/${name}`)).body;
  /** Each look at the clock takes a microsecond, so that times are compared by their seconds. */
  const second = (moment: string | null | undefined) => moment?.slice(0, "2030-01-01T00:00:00".length);
  const soon = (seconds: number) => formatTimestamp(addSeconds(clock.now(), seconds));

  test("a worker is offered the runs up to the time that it says, whole and with the place where each waits", async () => {
    const { run, poll, name, deploymentId } = await testPool(server, clock);
    const [due, ahead] = [await run(), await run({ at: 8 })];
    await run({ at: 60 });
    const offered = await poll({ scheduled_before: soon(10), work_queue_names: [] });
    const queue = await queueOf(name);
    expect(offered).toMatchObject([
      {
        work_pool_id: queue.work_pool_id,
        work_queue_id: queue.id,
        flow_run: {
          id: due,
          state_type: "SCHEDULED",
          state: { type: "SCHEDULED" },
          deployment_id: deploymentId,
          job_variables: {},
        },
      },
      { flow_run: { id: ahead } },
    ]);
    expect(await poll({ scheduled_before: soon(10), scheduled_after: soon(5) })).toMatchObject([
      { flow_run: { id: ahead } },
    ]);
    expect(await poll({ limit: 1 })).toHaveLength(1);
    expect(await poll({ limit: 0 })).toEqual([]);
  });

  test("no more are offered than there are free slots", async () => {
    const { run, poll, claim, change } = await testPool(server, clock, { concurrency_limit: 2 });
    for (const at of [-3, -2, -1]) await run({ at });
    expect(await poll()).toHaveLength(2);
    await claim(1);
    expect(await poll()).toHaveLength(1);
    await change({ concurrency_limit: 0 });
    expect(await poll()).toEqual([]);
  });

  test("runs that were offered a moment ago come last", async () => {
    const { run, poll } = await testPool(server, clock);
    const runs = [await run({ at: -4 }), await run({ at: -3 }), await run({ at: -2 }), await run({ at: -1 })];
    const offered = async () => (await poll({ limit: 2 })).map(({ flow_run }) => flow_run.id);
    expect(await offered()).toEqual(runs.slice(0, 2));
    expect(await offered()).toEqual(runs.slice(2));
    await clock.advance(5);
    expect(await offered()).toEqual(runs.slice(0, 2));
  });

  test("a poll makes the queue and its deployments ready, and notes it at most every few seconds", async () => {
    const { poll, name, deploymentId } = await testPool(server, clock);
    const other = await testPool(server, clock);
    await poll();
    const queue = await queueOf(name);
    expect([queue.status, second(queue.last_polled)]).toEqual(["READY", second(soon(0))]);
    const deployment = async () => (await server.call<Deployment>("GET", `/deployments/${deploymentId}`)).body;
    expect((await deployment()).status).toBe("READY");
    expect(second((await deployment()).last_polled)).toBe(second(soon(0)));
    expect((await queueOf(other.name)).status).toBe("NOT_READY");
    const first = queue.last_polled;
    await clock.advance(2);
    await poll();
    expect((await queueOf(name)).last_polled).toBe(first);
    await clock.advance(4);
    await poll();
    expect(second((await queueOf(name)).last_polled)).toBe(second(soon(0)));
    expect(second((await deployment()).last_polled)).toBe(second(soon(0)));
    const told = (await eventsOf(server, `prefect.work-queue.${queue.id}`)).map(({ event }) => event);
    expect(told).toEqual(["prefect.work-queue.created", "prefect.work-queue.ready"]);
  });

  test("a queue is polled by itself, and says whether it keeps up", async () => {
    const { run, name, queue, claim } = await testPool(server, clock);
    const id = await queue("alone", { concurrency_limit: 1 });
    const waiting = await run({ queue: "alone" });
    await run();
    const health = async () => (await server.call("GET", `/work_queues/${id}/status`)).body;
    expect(await health()).toMatchObject({ healthy: false, late_runs_count: 0, last_polled: null });
    const offered = await server.call<FlowRun[]>("POST", `/work_queues/${id}/get_runs`, {});
    expect(offered.body.map((each) => each.id)).toEqual([waiting]);
    expect(await health()).toMatchObject({
      healthy: true,
      health_check_policy: { maximum_late_runs: 0, maximum_seconds_since_last_polled: 60 },
    });
    await clock.advance(20);
    await server.tick("late-runs");
    expect(await health()).toMatchObject({ healthy: false, late_runs_count: 1 });
    const [held] = await claim(1, { work_queue_names: ["alone"] });
    const status = {
      active_slots: 1,
      concurrency_limit: 1,
      flow_runs: [{ id: held?.id, state_type: "PENDING" }],
      count: 1,
      pages: 1,
    };
    expect((await server.call("POST", `/work_queues/${id}/concurrency_status`, {})).body).toMatchObject(status);
    expect((await server.call("GET", `/work_queues/${id}`)).body).toMatchObject({ active_slots: 1 });
    expect((await server.call("POST", `/work_queues/${id}/get_runs`, {})).body).toEqual([]);
    expect(
      (await server.call("POST", `/work_pools/${name}/concurrency_status`, { flow_run_limit: 0 })).body,
    ).toMatchObject({
      active_slots: 1,
      concurrency_limit: null,
      queues: [
        { queue_name: "default", active_slots: 0 },
        { queue_name: "alone", active_slots: 1, flow_run_count: 1, flow_runs: [] },
      ],
      count: 2,
      limit: 200,
      pages: 1,
      page: 1,
    });
  });

  test.each(["status", "get_runs", "concurrency_status"])("%s of a queue that is not there is 404", async (what) => {
    const path = `/work_queues/00000000-0000-4000-8000-000000000000/${what}`;
    expect((await server.call(what === "status" ? "GET" : "POST", path)).status).toBe(404);
  });
});
