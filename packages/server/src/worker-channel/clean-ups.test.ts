import type { CleanUpMessage, CleanUpResult, FlowRun, WorkPool } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase, openDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import type { TestSocket } from "../../test/socket-harness.ts";
import { joinWorker, prefectCapabilities, type TestWorker } from "../../test/worker-harness.ts";
import { leave } from "../clean-ups/clean-ups.service.ts";
import { unit } from "../kernel/unit.ts";

const flowRunId = "0197a1a8-5b0c-7a36-90f0-1d6f0a2f1f5d";
const cleaning = {
  requested_capabilities: [...prefectCapabilities, "cleanup_delivery.v1"],
  handled_cleanup_kinds: ["cancelling_timeout_teardown.v1", "pending_claim_teardown.v1"],
  max_cleanup_concurrency: 1,
};

type Payload = CleanUpMessage["payload"];

function leaveIn(server: TestServer, pool: WorkPool, queueId: string | null = pool.default_queue_id): Promise<void> {
  const target = { flow_run_id: flowRunId, infrastructure_pid: "host:4711" };
  const cleanUp = { kind: "cancelling_timeout_teardown.v1", target, poolId: pool.id, queueId } as const;
  return unit(server.context, (unit) => leave(unit, cleanUp));
}

async function given(worker: TestWorker): Promise<Payload> {
  return (await worker.heard<CleanUpMessage>("cleanup.message.v1")).payload;
}

async function resultOf(worker: TestWorker, operation: string, payload: object): Promise<CleanUpResult["payload"]> {
  const id = worker.say(`cleanup.${operation}.v1`, payload);
  const result = await worker.heard<CleanUpResult>("cleanup.operation_result.v1");
  expect(result.payload).toMatchObject({ request_frame_id: id, operation });
  return result.payload;
}

const shown = ({ message_id, reservation_token }: Payload) => ({ message_id, reservation_token });

describeOnEachDatabase("clean-ups on the worker channel", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let address: string;
  const sockets: TestSocket[] = [];
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.app.listen({ host: "127.0.0.1", port: 0 });
  });
  afterEach(async () => {
    for (const { socket } of sockets.splice(0)) socket.terminate();
  });
  afterAll(() => server.stop());

  let pools = 0;
  const newPool = async () => {
    pools += 1;
    const { body } = await server.call<WorkPool>("POST", "/work_pools/", { name: `pool ${pools}`, type: "process" });
    return body;
  };
  const join = async (pool: WorkPool, name: string, fields: object = {}) => {
    const worker = await joinWorker(address, pool.name, { ...cleaning, worker_name: name, ...fields });
    sockets.push(worker);
    return worker;
  };
  const rows = (pool: WorkPool) =>
    server.context.db.read.selectFrom("clean_up").selectAll().where("work_pool_id", "=", pool.id).execute();
  /** Lets the time of leases go by. */
  const pass = async (seconds: number) => {
    for (let passed = 0; passed <= seconds; passed += 2) {
      await clock.advance(2);
      await server.tick("leases");
    }
    await server.tick("clean-ups");
  };

  test("a worker gets what waits, with a token and 30 s, and is done with its word", async () => {
    const pool = await newPool();
    await leaveIn(server, pool);
    const worker = await join(pool, "W");
    expect(worker.ready).toMatchObject({
      accepted_capabilities: [...prefectCapabilities, "cleanup_delivery.v1"],
      effective_max_cleanup_concurrency: 1,
    });
    const payload = await given(worker);
    expect(payload).toEqual({
      message_id: expect.any(String),
      kind: "cancelling_timeout_teardown.v1",
      reservation_token: expect.stringMatching(/^[\w-]{32}$/),
      lease_expires_at: expect.any(String),
      delivery_count: 1,
      work_queue_id: pool.default_queue_id,
      target: { flow_run_id: flowRunId, infrastructure_pid: "host:4711" },
      data: {},
    });
    const renewed = await resultOf(worker, "renew", shown(payload));
    expect(renewed).toMatchObject({ status: "accepted", reason: null });
    expect(String(renewed.lease_expires_at) > payload.lease_expires_at).toBe(true);
    const done = await resultOf(worker, "ack", shown(payload));
    expect(done).toMatchObject({ status: "accepted", reason: null, lease_expires_at: null, detail: null });
    expect(await resultOf(worker, "ack", shown(payload))).toMatchObject({
      status: "not_found",
      reason: "message_not_found",
    });
    expect(await rows(pool)).toEqual([]);
  });

  test("each goes to one worker, and no worker gets more at a time than it takes", async () => {
    const pool = await newPool();
    const workers = [await join(pool, "A"), await join(pool, "B")] as const;
    for (let index = 0; index < 3; index += 1) await leaveIn(server, pool);
    const [first, second] = [await given(workers[0]), await given(workers[1])];
    expect(first.message_id).not.toBe(second.message_id);
    expect((await rows(pool)).filter(({ reservation_token }) => reservation_token === null)).toHaveLength(1);
    await resultOf(workers[1], "ack", shown(second));
    const third = await given(workers[1]);
    expect([first.message_id, second.message_id]).not.toContain(third.message_id);
  });

  test("a worker of the run's queue goes before the others; one that does not do the kind gets nothing", async () => {
    const pool = await newPool();
    await server.call("POST", `/work_pools/${pool.name}/queues`, { name: "high" });
    await join(pool, "other kind", { handled_cleanup_kinds: ["pending_claim_teardown.v1"] });
    await join(pool, "high", { work_queue_names: ["high"] });
    const ofQueue = await join(pool, "default", { work_queue_names: ["default"] });
    await leaveIn(server, pool);
    expect(await given(ofQueue)).toMatchObject({ delivery_count: 1 });
  });

  test("what is not done in its time is given to the next worker, three times in all", async () => {
    const pool = await newPool();
    await leaveIn(server, pool);
    const first = await join(pool, "A");
    const lost = await given(first);
    await first.close();
    const second = await join(pool, "B");
    await pass(32);
    const again = await given(second);
    expect(again).toMatchObject({ message_id: lost.message_id, delivery_count: 2 });
    expect(await resultOf(second, "ack", shown(lost))).toMatchObject({
      status: "invalid_token",
      reason: "reservation_token_mismatch",
    });
    expect(await resultOf(second, "release", { ...shown(again), reason: "no access" })).toMatchObject({
      status: "accepted",
    });
    const last = await given(second);
    expect(last.delivery_count).toBe(3);
    expect(await resultOf(second, "release", { ...shown(last), reason: "no access" })).toMatchObject({
      status: "dead_lettered",
      reason: "max_delivery_attempts_reached",
    });
    expect(await rows(pool)).toEqual([]);
  });

  test("a worker whose time is over learns of it, and it is the next worker's", async () => {
    const pool = await newPool();
    await leaveIn(server, pool);
    const worker = await join(pool, "A");
    const payload = await given(worker);
    for (let passed = 0; passed <= 32; passed += 2) {
      await clock.advance(2);
      await server.tick("leases");
    }
    expect(await resultOf(worker, "renew", shown(payload))).toMatchObject({
      status: "expired",
      reason: "lease_expired",
    });
    expect(await given(worker)).toMatchObject({ message_id: payload.message_id, delivery_count: 2 });
  });

  test("only a worker of the pool that takes clean-ups may speak of one", async () => {
    const [pool, other] = [await newPool(), await newPool()];
    await leaveIn(server, pool);
    const payload = await given(await join(pool, "A"));
    expect(await resultOf(await join(other, "B"), "ack", shown(payload))).toMatchObject({
      status: "unauthorized",
      reason: "work_pool_mismatch",
    });
    const plain = await join(pool, "C", {
      requested_capabilities: prefectCapabilities,
      handled_cleanup_kinds: [],
      max_cleanup_concurrency: 0,
    });
    expect(await resultOf(plain, "ack", shown(payload))).toMatchObject({
      status: "unauthorized",
      reason: "cleanup_delivery_not_accepted",
    });
  });

  test("what no worker has taken in a day is given up", async () => {
    const pool = await newPool();
    await leaveIn(server, pool);
    await clock.advance(86_000);
    await server.tick("clean-ups");
    expect(await rows(pool)).toHaveLength(1);
    await clock.advance(500);
    await server.tick("clean-ups");
    expect(await rows(pool)).toEqual([]);
  });

  test("a run of a pool that never confirms its cancellation is to be cleaned up after", async () => {
    const pool = await newPool();
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "f" });
    const deployment = { name: "d", flow_id: flow.body.id, work_pool_name: pool.name };
    const made = await server.call<{ id: string }>("POST", "/deployments/", deployment);
    const { body: run } = await server.call<FlowRun>("POST", `/deployments/${made.body.id}/create_flow_run`, {});
    for (const type of ["RUNNING", "CANCELLING"])
      await server.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type }, force: true });
    const worker = await join(pool, "W");
    for (let passed = 0; passed <= 340; passed += 20) {
      await clock.advance(20);
      await server.tick("unanswered-cancellations");
    }
    expect(await given(worker)).toMatchObject({
      kind: "cancelling_timeout_teardown.v1",
      target: { flow_run_id: run.id, infrastructure_pid: null },
    });
    const { body: after } = await server.call<FlowRun>("GET", `/flow_runs/${run.id}`);
    expect(after.state_type).toBe("CANCELLED");
  });
});

describe("clean-ups on two servers of one PostgreSQL", () => {
  test("what is left through one server is given to a worker of the other, once", async () => {
    const database = await openDatabase("postgresql");
    const [one, other] = [await startTestServer(database.url), await startTestServer(database.url)];
    const { body: pool } = await one.call<WorkPool>("POST", "/work_pools/", { name: "p", type: "process" });
    const here = await joinWorker(await one.listen(), "p", {
      ...cleaning,
      worker_name: "here",
      max_cleanup_concurrency: 9,
    });
    const there = await joinWorker(await other.listen(), "p", {
      ...cleaning,
      worker_name: "there",
      max_cleanup_concurrency: 9,
    });
    const got: string[] = [];
    for (let index = 0; index < 10; index += 1) await leaveIn(one, pool);
    const collect = async (worker: TestWorker) => {
      for (;;) got.push((await given(worker)).message_id);
    };
    void collect(here);
    void collect(there);
    await expect.poll(() => got.length, { timeout: 10_000 }).toBe(10);
    expect(new Set(got).size).toBe(10);
    await Promise.all([here.close(), there.close()]);
    await Promise.all([one.stop(), other.stop()]);
    await database.dispose();
  });
});
