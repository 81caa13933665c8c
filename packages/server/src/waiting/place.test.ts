import { addSeconds, formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { Waiting } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";
import type { Tables } from "../db/tables.ts";

describeOnEachDatabase("why a run of a work pool waits", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let runs: ReturnType<typeof slotsOn>;
  let made = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    runs = slotsOn(server, clock);
  });
  afterAll(() => server.stop());

  const waiting = async (id: string) => {
    const { status, body } = await server.call<Waiting | null>("GET", `/flow_runs/${id}/waiting`);
    expect(status).toBe(200);
    return body;
  };
  const row = () => ({ id: timeOrderedId(clock.now()), created: clock.now(), updated: clock.now() });
  const insert = <T extends "work_pool" | "work_queue" | "worker">(table: T, values: Tables[T]) =>
    server.context.db.write((tx) =>
      tx
        .insertInto(table)
        .values(values as never)
        .execute(),
    );

  /** A pool with a queue that is polled and a worker that is online, unless told otherwise. */
  async function place(given: {
    pool?: Partial<Tables["work_pool"]>;
    queue?: Partial<Tables["work_queue"]>;
    worker?: Partial<Tables["worker"]> | null;
  }) {
    made += 1;
    const pool: Tables["work_pool"] = {
      ...{ ...row(), name: `pool-${made}`, type: "process", description: null, base_job_template: "{}", is_paused: 0 },
      ...{ concurrency_limit: null, default_queue_id: null, status: "READY", last_transitioned_status_at: null },
      ...{ last_status_event_id: null, storage_configuration: "{}" },
      ...given.pool,
    };
    await insert("work_pool", pool);
    const queue = await queueOf(pool.id, { name: "default", ...given.queue });
    if (given.worker !== null) {
      await insert("worker", {
        ...{ ...row(), name: "w", work_pool_id: pool.id, last_heartbeat_time: clock.now(), metadata: null },
        ...{ heartbeat_interval_seconds: 30, status: "ONLINE" },
        ...given.worker,
      });
    }
    return { pool, queue };
  }

  async function queueOf(poolId: string, given: Partial<Tables["work_queue"]>) {
    const queue: Tables["work_queue"] = {
      ...{ ...row(), name: "queue", work_pool_id: poolId, description: "", filter: null, is_paused: 0 },
      ...{ concurrency_limit: null, last_polled: clock.now(), priority: 1, status: "READY" },
      ...given,
    };
    await insert("work_queue", queue);
    return queue;
  }

  async function runIn(queue: Tables["work_queue"], columns: Partial<Tables["flow_run"]> = {}) {
    const deployment = await runs.deployment(null);
    const id = await runs.run(deployment);
    const values = { work_queue_id: queue.id, work_queue_name: queue.name, ...columns };
    await server.context.db.write((tx) => tx.updateTable("flow_run").set(values).where("id", "=", id).execute());
    return id;
  }

  test("nothing keeps it", async () => {
    const { queue } = await place({});
    expect(await waiting(await runIn(queue))).toMatchObject({
      cause: "due",
      reason: "Its time has come, and it is to be started now.",
      hint: expect.stringMatching(
        /^A worker of the work pool ".+" starts it as soon as it has room: .* its --limit\.$/,
      ),
      also: [],
    });
  });

  test("its pool and its queue are paused, and no worker has connected: each is told", async () => {
    const { pool, queue } = await place({ pool: { is_paused: 1 }, queue: { is_paused: 1 }, worker: null });
    const found = await waiting(await runIn(queue));
    expect(found).toMatchObject({
      cause: "work-pool-paused",
      reason: `The work pool "${pool.name}" is paused: its workers take no runs.`,
      hint: "Resume the work pool.",
    });
    expect(found?.also).toEqual([
      {
        cause: "work-queue-paused",
        reason: 'The work queue "default" is paused: no worker takes its runs.',
        hint: "Resume the work queue.",
      },
      {
        cause: "no-worker",
        reason: `No worker of the work pool "${pool.name}" is online. None has connected yet.`,
        hint: `Start one: ostinato worker start --pool ${pool.name}`,
      },
    ]);
  });

  test("its workers are gone, since when", async () => {
    const at = clock.now();
    const { queue } = await place({ worker: { status: "OFFLINE", last_heartbeat_time: at } });
    const id = await runIn(queue);
    await clock.advance(300);
    expect(await waiting(id)).toMatchObject({
      cause: "no-worker",
      reason: expect.stringContaining(`The last one gave a sign of life at ${formatTimestamp(at)}.`),
    });
  });

  test("its workers are being stopped, and take no more runs", async () => {
    const draining = { metadata: JSON.stringify({ version: "1", state: "draining" }) };
    const { pool, queue } = await place({ worker: draining });
    const id = await runIn(queue);
    expect(await waiting(id)).toMatchObject({
      cause: "no-worker",
      reason: `The only worker of the work pool "${pool.name}" is being stopped, and takes no more runs.`,
      hint: expect.stringContaining(`Start another one: ostinato worker start --pool ${pool.name}`),
    });
    const worker = {
      ...row(),
      work_pool_id: pool.id,
      last_heartbeat_time: clock.now(),
      heartbeat_interval_seconds: 30,
    };
    await insert("worker", { ...worker, name: "second", status: "ONLINE", ...draining });
    expect((await waiting(id))?.reason).toBe(
      `All 2 workers of the work pool "${pool.name}" are being stopped, and take no more runs.`,
    );
    await insert("worker", { ...worker, ...row(), name: "third", status: "ONLINE", metadata: null });
    expect((await waiting(id))?.cause).toBe("due");
  });

  test("the workers of its pool serve other queues", async () => {
    const { pool } = await place({});
    const other = await queueOf(pool.id, { name: "gpu", last_polled: null });
    expect(await waiting(await runIn(other))).toMatchObject({
      cause: "no-worker",
      reason: `Workers of the work pool "${pool.name}" are online, but none has asked for runs of the work queue "gpu".`,
      hint: `Start one for this queue: ostinato worker start --pool ${pool.name} --queue gpu`,
    });
  });

  test("its queue is full before its pool is: who holds the slots, and how many go before it", async () => {
    const { pool, queue } = await place({ pool: { concurrency_limit: 5 }, queue: { concurrency_limit: 1 } });
    const other = await queueOf(pool.id, { name: "other" });
    const [first, second] = [await runIn(queue), await runIn(queue)];
    const elsewhere = await runIn(other);
    for (const id of [first, elsewhere]) await runs.claim(id);
    const holder = await runs.read(first);
    expect(await waiting(second)).toMatchObject({
      cause: "limit",
      reason: 'The only slot of the work queue "default" is taken.',
      line: {
        place: 1,
        length: 1,
        holders: [{ flow_run_id: first, flow_run_name: holder.name, since: holder.state?.timestamp }],
      },
    });
  });

  test("its pool is full by runs of other queues", async () => {
    const { pool, queue } = await place({ pool: { concurrency_limit: 2 } });
    const other = await queueOf(pool.id, { name: "other" });
    const taken = [await runIn(other), await runIn(queue)];
    for (const id of taken) await runs.claim(id);
    const found = await waiting(await runIn(queue));
    expect(found).toMatchObject({ cause: "limit", reason: `All 2 slots of the work pool "${pool.name}" are taken.` });
    expect(found?.line?.holders.map(({ flow_run_id }) => flow_run_id).toSorted()).toEqual(taken.toSorted());
  });

  test("a limit of 0 lets none start", async () => {
    const { queue } = await place({ queue: { concurrency_limit: 0 } });
    expect(await waiting(await runIn(queue))).toMatchObject({
      reason: 'The work queue "default" has a limit of 0: no run may start.',
      hint: "Raise its limit.",
    });
  });

  test("others go first, by priority, the priority of their queue, and time", async () => {
    const { pool, queue } = await place({ queue: { priority: 2 } });
    const before = await queueOf(pool.id, { name: "first", priority: 1 });
    const paused = await queueOf(pool.id, { name: "paused", priority: 1, is_paused: 1 });
    const early = await runIn(queue);
    await clock.advance(1);
    const own = await runIn(queue);
    await runIn(before, { priority: 1 });
    await runIn(paused);
    expect(await waiting(own)).toMatchObject({
      cause: "behind",
      reason: `It is number 2 of 3 due runs of the work pool "${pool.name}".`,
      line: { place: 2, length: 3, holders: [] },
    });
    await runIn(before);
    await runIn(queue, { priority: -1 });
    expect(await waiting(own)).toMatchObject({ line: { place: 4, length: 5 } });
    expect(await waiting(early)).toMatchObject({ line: { place: 3, length: 5 } });
  });

  test("its time has not come, and nobody would start it then", async () => {
    const { queue } = await place({ pool: { is_paused: 1 } });
    const at = addSeconds(clock.now(), 3600);
    const found = await waiting(await runIn(queue, { next_scheduled_start_time: at }));
    expect(found).toMatchObject({ cause: "not-due", until: formatTimestamp(at) });
    expect(found?.also.map(({ cause }) => cause)).toEqual(["work-pool-paused"]);
  });

  test("its queue has been deleted", async () => {
    const { queue } = await place({});
    const id = await runIn(queue, { work_queue_id: timeOrderedId(clock.now()) });
    expect(await waiting(id)).toMatchObject({
      cause: "work-pool-gone",
      reason: 'Its work queue "default" has been deleted, so no worker takes it.',
    });
  });

  test("the pool of its deployment was deleted before it was made", async () => {
    const pool = `deleted ${made}`;
    await server.call("POST", "/work_pools/", { name: pool, type: "process" });
    const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", { name: pool });
    const given = { name: "deployed", flow_id: flow.id, work_pool_name: pool, entrypoint: "a.ts:a" };
    const { body: deployment } = await server.call<{ id: string }>("POST", "/deployments/", given);
    expect((await server.call("DELETE", `/work_pools/${pool}`)).status).toBe(204);
    const url = `/deployments/${deployment.id}/create_flow_run`;
    const { body: run } = await server.call<{ id: string }>("POST", url, {});
    expect(await waiting(run.id)).toMatchObject({
      cause: "work-pool-gone",
      reason: `The work pool "${pool}" of its deployment has been deleted, so no worker takes it.`,
      hint: "Give its deployment another work pool and start a new run, or cancel this one.",
    });
  });

  test("its process waits in line for slots that it shares with others", async () => {
    const { queue } = await place({});
    const [holder, id] = [await runIn(queue), await runIn(queue)];
    await runs.claim(id);
    await server.call("POST", "/v2/concurrency_limits/", { name: "warehouse", limit: 1 });
    const take = (flowRunId: string, waiter_id: string) =>
      server.call("POST", "/v2/concurrency_limits/increment-with-lease", {
        ...{ names: ["warehouse"], slots: 1, waiter_id },
        holder: { type: "flow_run", id: flowRunId },
      });
    expect((await take(holder, timeOrderedId(clock.now()))).status).toBe(200);
    expect((await take(id, timeOrderedId(clock.now()))).status).toBe(423);
    const waits = {
      cause: "limit",
      reason: 'The only slot of the limit "warehouse" is taken. It is number 1 of 1 in line.',
      line: { place: 1, length: 1, holders: [{ flow_run_id: holder }] },
    };
    expect(await waiting(id)).toMatchObject(waits);
    await runs.setState(id, { type: "RUNNING" });
    expect(await waiting(id)).toMatchObject(waits);
  });

  test("it proceeds, or has ended: nothing", async () => {
    const { queue } = await place({});
    const id = await runIn(queue);
    await runs.claim(id);
    expect(await waiting(id)).toMatchObject({ cause: "starting" });
    await runs.setState(id, { type: "RUNNING" });
    expect(await waiting(id)).toBeNull();
    const gone = await server.call("GET", `/flow_runs/${timeOrderedId(clock.now())}/waiting`);
    expect(gone.status).toBe(404);
  });
});
