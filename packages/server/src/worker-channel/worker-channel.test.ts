import { addSeconds, formatTimestamp, toTimestamp } from "@ostinato/core";
import type { FlowRun, WorkerInfo, WorkPool } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase, openDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket, type TestSocket } from "../../test/socket-harness.ts";
import { helloWith, joinWorker, messageOf, openChannel, prefectCapabilities } from "../../test/worker-harness.ts";

const template = {
  job_configuration: { command: "{{ command }}" },
  variables: { type: "object", properties: { command: { type: "string" } } },
};
const wakeful = { requested_capabilities: [...prefectCapabilities, "ostinato.wake.v1"] };

interface Snapshot {
  readonly payload: { readonly snapshot_sequence: number; readonly reason: string; readonly work_pool: WorkPool };
}

describeOnEachDatabase("the worker channel", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let address: string;
  const sockets: TestSocket[] = [];
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.listen();
  });
  afterEach(async () => {
    for (const { socket } of sockets.splice(0)) socket.terminate();
  });
  afterAll(() => server.stop());

  let pools = 0;
  const newPool = async (fields: object = {}) => {
    pools += 1;
    const given = { name: `pool ${pools}`, type: "process", ...fields };
    const { status, body } = await server.call<WorkPool>("POST", "/work_pools/", given);
    expect([status, body]).toEqual([201, expect.anything()]);
    return body;
  };
  const join = async (pool: string, fields: object = {}) => {
    const worker = await joinWorker(address, pool, fields);
    sockets.push(worker);
    return worker;
  };
  const poolNamed = async (name: string) => (await server.call<WorkPool>("GET", `/work_pools/${name}`)).body;
  const workersOf = async (pool: string) =>
    (await server.call<WorkerInfo[]>("POST", `/work_pools/${pool}/workers/filter`, {})).body;
  const change = (pool: string, fields: object) => server.call("PATCH", `/work_pools/${pool}`, fields);

  /** Lets time pass for as long as the answer does not come. */
  async function whileTimePasses<T>(answer: Promise<T>): Promise<T> {
    let done = false;
    void answer.finally(() => {
      done = true;
    });
    const look = async () => {
      await clock.advance(0.05);
      return done;
    };
    await expect.poll(look, { interval: 5, timeout: 10_000 }).toBe(true);
    return answer;
  }

  test("a hello is answered with the terms, the queues and the pool", async () => {
    const pool = await newPool({ base_job_template: template });
    const { ready, consumerId } = await join(pool.name, {
      requested_capabilities: [...prefectCapabilities, "cleanup_delivery.v1", "telepathy.v7"],
    });
    expect(ready).toEqual({
      consumer_id: consumerId,
      worker_id: null,
      selected_channel_version: "work_pool_worker_channel.v1",
      effective_heartbeat_interval_seconds: 30,
      accepted_capabilities: prefectCapabilities,
      rejected_capabilities: ["cleanup_delivery.v1", "telepathy.v7"],
      effective_max_cleanup_concurrency: 0,
      resolved_work_queues: [{ id: pool.default_queue_id, name: "default" }],
      initial_snapshot: { snapshot_sequence: 1, reason: "initial", work_pool: await poolNamed(pool.name) },
    });
    expect(ready.initial_snapshot.work_pool).toMatchObject({ status: "READY", base_job_template: template });
    expect(await workersOf(pool.name)).toMatchObject([
      { name: "ProcessWorker 1", status: "ONLINE", heartbeat_interval_seconds: 30 },
    ]);
  });

  test("a pool that a worker asks for is created with the worker's type and template", async () => {
    const { ready } = await join("made by its worker", {
      create_pool_if_not_found: true,
      default_base_job_template: template,
    });
    expect(ready.initial_snapshot.work_pool).toMatchObject({ type: "process", base_job_template: template });
    expect(await poolNamed("made by its worker")).toEqual(ready.initial_snapshot.work_pool);
  });

  test("a pool without a template gets the worker's, and one that has its own keeps it", async () => {
    const [without, having] = [await newPool(), await newPool({ base_job_template: template })];
    const other = { default_base_job_template: { variables: {}, job_configuration: {} } };
    await join(without.name, { default_base_job_template: template });
    await join(having.name, other);
    expect((await poolNamed(without.name)).base_job_template).toEqual(template);
    expect((await poolNamed(having.name)).base_job_template).toEqual(template);
  });

  test.each([
    ["a pool that does not exist", "nowhere", {}, 1008, "authorization_failed"],
    ["a reserved name", "Prefect's own", { create_pool_if_not_found: true }, 1008, "authorization_failed"],
    ["a name that no pool can have", "a&b", { create_pool_if_not_found: true }, 1002, "protocol_error"],
    ["a queue of another pool", "", { work_queue_names: ["high"] }, 1008, "authorization_failed"],
    ["another version", "", { supported_channel_versions: ["v2"] }, 1008, "unsupported_version"],
    ["a capability too few", "", { requested_capabilities: ["worker_heartbeat.v1"] }, 1002, "protocol_error"],
    ["clean-ups without the capability", "", { max_cleanup_concurrency: 2 }, 1002, "protocol_error"],
    ["a clean-up that nobody knows", "", { handled_cleanup_kinds: ["sweeping.v1"] }, 1002, "protocol_error"],
    ["an interval of nothing", "", { heartbeat_interval_seconds: 0 }, 1002, "protocol_error"],
    ["an unknown field", "", { mood: "good" }, 1002, "protocol_error"],
  ])("a hello with %s ends the channel", async (_what, pool, fields, code, reason) => {
    const socket = await openChannel(address, pool === "" ? (await newPool()).name : pool);
    socket.send(helloWith(fields));
    expect(await socket.closed).toEqual({ code, reason });
  });

  test.each([
    ["no JSON", "hello"],
    ["a sign of life", messageOf("worker.heartbeat.v1", {})],
    ["an unknown message", messageOf("worker.goodbye.v1", {})],
  ])("a channel that begins with %s is ended", async (_what, message) => {
    const socket = await openChannel(address, (await newPool()).name);
    socket.send(message);
    expect(await socket.closed).toEqual({ code: 1002, reason: "protocol_error" });
  });

  test("signs of life keep the worker online; one that names another process ends the channel", async () => {
    const pool = await newPool();
    const worker = await join(pool.name, { worker_name: "W" });
    await clock.advance(40);
    const sign = { consumer_id: worker.consumerId, worker_name: "W", heartbeat_interval_seconds: 20 };
    const before = clock.now();
    worker.say("worker.heartbeat.v1", sign);
    await expect.poll(() => workersOf(pool.name)).toMatchObject([{ heartbeat_interval_seconds: 20 }]);
    const [heard] = await workersOf(pool.name);
    expect(toTimestamp(heard?.last_heartbeat_time ?? "")).toBeGreaterThan(before);
    worker.say("worker.heartbeat.v1", { ...sign, worker_name: "V" });
    expect(await worker.closed).toEqual({ code: 1002, reason: "protocol_error" });
  });

  test("our workers are asked for a sign at least every eight seconds", async () => {
    const pool = await newPool();
    const { ready } = await join(pool.name, wakeful);
    expect(ready.accepted_capabilities).toEqual([...prefectCapabilities, "ostinato.wake.v1"]);
    expect(ready.effective_heartbeat_interval_seconds).toBe(8);
    expect(await workersOf(pool.name)).toMatchObject([{ heartbeat_interval_seconds: 8 }]);
    const often = await join(pool.name, { ...wakeful, heartbeat_interval_seconds: 2 });
    expect(often.ready.effective_heartbeat_interval_seconds).toBe(2);
  });

  test("each worker gets the pool as it has become, and changes that come together once", async () => {
    const pool = await newPool();
    const [one, other] = [await join(pool.name), await join(pool.name, { worker_name: "other" })];
    await change(pool.name, { concurrency_limit: 3 });
    await clock.advance(0.01);
    await change(pool.name, { is_paused: true });
    for (const worker of [one, other]) {
      const { payload } = await whileTimePasses(worker.heard<Snapshot>("work_pool.snapshot.v1"));
      expect(payload).toMatchObject({
        snapshot_sequence: 2,
        reason: "work_pool_updated",
        work_pool: { id: pool.id, concurrency_limit: 3, is_paused: true, active_slots: 0, status: "PAUSED" },
      });
    }
    await change(pool.name, { is_paused: false });
    const { payload } = await whileTimePasses(one.heard<Snapshot>("work_pool.snapshot.v1"));
    expect(payload).toMatchObject({ snapshot_sequence: 3, work_pool: { is_paused: false } });
  });

  test("a change that the server did not hear of is told with the next sign of life", async () => {
    const pool = await newPool();
    const worker = await join(pool.name, { worker_name: "W" });
    await clock.advance(1);
    await server.context.db.write((tx) =>
      tx
        .updateTable("work_pool")
        .set({ concurrency_limit: 7, updated: clock.now() })
        .where("id", "=", pool.id)
        .execute(),
    );
    const sign = { consumer_id: worker.consumerId, worker_name: "W", heartbeat_interval_seconds: 30 };
    worker.say("worker.heartbeat.v1", sign);
    const { payload } = await worker.heard<Snapshot>("work_pool.snapshot.v1");
    expect(payload).toMatchObject({ reason: "heartbeat_reconciliation", work_pool: { concurrency_limit: 7 } });
  });

  test("the channel ends with the pool", async () => {
    const pool = await newPool();
    const worker = await join(pool.name);
    await server.call("DELETE", `/work_pools/${pool.name}`);
    expect(await whileTimePasses(worker.closed)).toEqual({ code: 1008, reason: "authorization_failed" });
  });

  describe("waking", () => {
    const deploymentIn = async (pool: WorkPool, queue: string | null = null) => {
      const flow = await server.call<{ id: string }>("POST", "/flows/", { name: `flow of ${pool.name}` });
      const given = { name: `in ${queue}`, flow_id: flow.body.id, work_pool_name: pool.name, work_queue_name: queue };
      const { status, body } = await server.call<{ id: string }>("POST", "/deployments/", given);
      expect([status, body]).toEqual([201, expect.anything()]);
      return body.id;
    };
    const runOf = async (deployment: string, state: object = { type: "SCHEDULED" }) => {
      const { body } = await server.call<FlowRun>("POST", `/deployments/${deployment}/create_flow_run`, { state });
      return body;
    };
    const setState = async ({ id }: FlowRun, state: object) => {
      const { body } = await server.call("POST", `/flow_runs/${id}/set_state`, { state, force: true });
      expect(body).toMatchObject({ status: "ACCEPT" });
    };
    const scheduledIn = (seconds: number) => ({
      type: "SCHEDULED",
      state_details: { scheduled_time: formatTimestamp(addSeconds(clock.now(), seconds)) },
    });
    const due = { type: "ostinato.due.v1" };

    test("a run that is made for now wakes the workers of its queue that ask for it", async () => {
      const pool = await newPool();
      const deployment = await deploymentIn(pool);
      const [ours, prefects] = [await join(pool.name, wakeful), await join(pool.name, { worker_name: "Prefect's" })];
      await runOf(deployment);
      expect(await whileTimePasses(ours.heard("ostinato.due.v1"))).toEqual(due);
      await change(pool.name, { concurrency_limit: 5 });
      expect(await whileTimePasses(prefects.next())).toMatchObject({ type: "work_pool.snapshot.v1" });
    });

    test("a run wakes when its time comes", async () => {
      const pool = await newPool();
      const deployment = await deploymentIn(pool);
      await runOf(deployment, scheduledIn(8));
      const worker = await join(pool.name, wakeful);
      const dueAt = addSeconds(clock.now(), 3);
      await runOf(deployment, scheduledIn(3));
      await whileTimePasses(worker.heard("ostinato.due.v1"));
      expect(clock.now()).toBeGreaterThanOrEqual(dueAt);
      expect(clock.now()).toBeLessThan(addSeconds(dueAt, 2));
    });

    test("workers of one queue sleep on for another; a run to be stopped is told to those of its queue", async () => {
      const pool = await newPool();
      await server.call("POST", `/work_pools/${pool.name}/queues`, { name: "high" });
      const [low, high] = [await deploymentIn(pool, "default"), await deploymentIn(pool, "high")];
      const ofHigh = await join(pool.name, { ...wakeful, work_queue_names: ["high"] });
      const ofAll = await join(pool.name, { ...wakeful, worker_name: "all" });
      const run = await runOf(low, { type: "RUNNING" });
      await runOf(low);
      await whileTimePasses(ofAll.heard("ostinato.due.v1"));
      await setState(run, { type: "CANCELLING" });
      const stop = await whileTimePasses(ofAll.heard("ostinato.cancelling.v1"));
      expect(stop).toEqual({ type: "ostinato.cancelling.v1", flow_run_id: run.id });
      const stopped = await runOf(high, { type: "RUNNING" });
      await setState(stopped, { type: "CANCELLING" });
      expect(await whileTimePasses(ofHigh.next())).toMatchObject({ flow_run_id: stopped.id });
    });

    test("a queue that is added later wakes a worker of all queues", async () => {
      const pool = await newPool();
      const worker = await join(pool.name, wakeful);
      await server.call("POST", `/work_pools/${pool.name}/queues`, { name: "new" });
      await runOf(await deploymentIn(pool, "new"));
      expect(await whileTimePasses(worker.heard("ostinato.due.v1"))).toEqual(due);
    });

    test("runs that wait are told when a slot is free again, and when a pause ends", async () => {
      const pool = await newPool({ concurrency_limit: 1 });
      const deployment = await deploymentIn(pool);
      const holder = await runOf(deployment, { type: "RUNNING" });
      const worker = await join(pool.name, wakeful);
      const waiting = await runOf(deployment);
      await whileTimePasses(worker.heard("ostinato.due.v1"));
      await clock.advance(1);
      await setState(holder, { type: "COMPLETED" });
      expect(await whileTimePasses(worker.next())).toEqual(due);
      await change(pool.name, { is_paused: true });
      await whileTimePasses(worker.heard("work_pool.snapshot.v1"));
      await change(pool.name, { is_paused: false });
      await whileTimePasses(worker.heard("ostinato.due.v1"));
      expect(waiting.state_type).toBe("SCHEDULED");
    });

    test("a slot of a run that is deleted is free", async () => {
      const pool = await newPool({ concurrency_limit: 1 });
      const deployment = await deploymentIn(pool);
      const holder = await runOf(deployment, { type: "RUNNING" });
      const worker = await join(pool.name, wakeful);
      await runOf(deployment);
      await whileTimePasses(worker.heard("ostinato.due.v1"));
      await clock.advance(1);
      await server.call("DELETE", `/flow_runs/${holder.id}`);
      expect(await whileTimePasses(worker.next())).toEqual(due);
    });
  });

  test("three hundred workers of a pool all hear of a change", async () => {
    const pool = await newPool();
    const workers = [];
    for (let index = 0; index < 300; index += 1) workers.push(await join(pool.name, { worker_name: `W ${index}` }));
    await change(pool.name, { concurrency_limit: 1 });
    const heard = Promise.all(workers.map((worker) => worker.heard<Snapshot>("work_pool.snapshot.v1")));
    const limits = (await whileTimePasses(heard)).map(({ payload }) => payload.work_pool.concurrency_limit);
    expect(new Set(limits)).toEqual(new Set([1]));
  });
});

describe("the worker channel beside a password", () => {
  test("who is not let in is told so in Prefect's words, also without the handshake", async () => {
    const database = await openDatabase("sqlite");
    const server = await startTestServer(database.url, { config: { authString: "ann:secret" } });
    const address = await server.listen();
    const path = "/work_pools/p/workers/connect";
    for (const first of [{ type: "auth", token: "ann:guess" }, { type: "auth", token: null }, helloWith()]) {
      const socket = await openTestSocket(address, path, { greet: false });
      socket.send(first);
      expect(await socket.closed).toEqual({ code: 1008, reason: "authentication_failed" });
    }
    const authorization = `Basic ${Buffer.from("ann:secret").toString("base64")}`;
    const plain = new WebSocket(`${address.replace("http", "ws")}/api${path}`, { headers: { authorization } });
    plain.on("error", () => {}); // Ending a connection that never was is one.
    const status = await new Promise((resolve) => {
      plain.once("unexpected-response", (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
    plain.terminate();
    await server.stop();
    await database.dispose();
  });
});

describe("the worker channel of two servers on one PostgreSQL", () => {
  test("a worker of one hears of changes and runs through the other", async () => {
    const database = await openDatabase("postgresql");
    const [one, other] = [await startTestServer(database.url), await startTestServer(database.url)];
    const { body: pool } = await one.call<WorkPool>("POST", "/work_pools/", { name: "p", type: "process" });
    const flow = await one.call<{ id: string }>("POST", "/flows/", { name: "f" });
    const given = { name: "d", flow_id: flow.body.id, work_pool_name: "p" };
    const deployment = await one.call<{ id: string }>("POST", "/deployments/", given);
    const worker = await joinWorker(await other.listen(), "p", wakeful);
    await one.call("PATCH", "/work_pools/p", { concurrency_limit: 3 });
    const { payload } = await worker.heard<Snapshot>("work_pool.snapshot.v1");
    expect(payload.work_pool).toMatchObject({ id: pool.id, concurrency_limit: 3 });
    const begun = performance.now();
    const { body: run } = await one.call<FlowRun>("POST", `/deployments/${deployment.body.id}/create_flow_run`, {});
    await worker.heard("ostinato.due.v1");
    expect(performance.now() - begun).toBeLessThan(5000);
    await one.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "RUNNING" }, force: true });
    await one.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "CANCELLING" }, force: true });
    expect(await worker.heard("ostinato.cancelling.v1")).toMatchObject({ flow_run_id: run.id });
    await one.call("DELETE", "/work_pools/p");
    expect(await worker.closed).toEqual({ code: 1008, reason: "authorization_failed" });
    await Promise.all([one.stop(), other.stop()]);
    await database.dispose();
  });
});
