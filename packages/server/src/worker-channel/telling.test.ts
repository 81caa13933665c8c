import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { FlowRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { joinWorker, prefectCapabilities, type TestWorker } from "../../test/worker-harness.ts";

const wakeful = { requested_capabilities: [...prefectCapabilities, "ostinato.wake.v1"] };

describeOnEachDatabase("telling many idle workers that runs are due", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let address: string;
  let workers: TestWorker[] = [];
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.listen();
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close();
  });
  afterAll(() => server.stop());

  const setState = async ({ id }: FlowRun, type: string) => {
    const { body } = await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type }, force: true });
    expect(body).toMatchObject({ status: "ACCEPT" });
  };

  /** A pool with one deployment, and six workers that sleep. How often each of them hears of due runs is counted. */
  async function placeWithWorkers(name: string, fields: object = {}) {
    await server.call("POST", "/work_pools/", { name, type: "process", ...fields });
    const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", { name });
    const given = { name, flow_id: flow.id, work_pool_name: name };
    const { body: deployment } = await server.call<{ id: string }>("POST", "/deployments/", given);
    const newRun = async (state: object) => {
      const path = `/deployments/${deployment.id}/create_flow_run`;
      return (await server.call<FlowRun>("POST", path, { state })).body;
    };
    const stopping = await newRun({ type: "RUNNING" });
    await setState(stopping, "CANCELLING");
    const told = [0, 0, 0, 0, 0, 0];
    workers = [];
    for (const index of told.keys()) {
      const worker = await joinWorker(address, name, { ...wakeful, worker_name: `W ${index}` });
      workers.push(worker);
      // This is told when the server has looked for due runs.
      await whileTimePasses(worker.heard("ostinato.cancelling.v1"));
      worker.socket.on("message", (data) => {
        if (JSON.parse(String(data)).type === "ostinato.due.v1") told[index] = (told[index] ?? 0) + 1;
      });
    }
    return { name, told, newRun, stopping };
  }

  /** Lets time pass for as long as the answer does not come. */
  async function whileTimePasses(answer: Promise<unknown>): Promise<void> {
    let done = false;
    void answer.then(() => {
      done = true;
    });
    const look = async () => {
      await clock.advance(0.02);
      return done;
    };
    await expect.poll(look, { interval: 5, timeout: 10_000 }).toBe(true);
  }

  async function claim(pool: string, workerName: string): Promise<void> {
    const given = { worker_name: workerName, limit: 1 };
    const { body } = await server.call<unknown[]>("POST", `/work_pools/${pool}/claim`, given);
    expect(body).toHaveLength(1);
  }

  /** Waits until all workers have heard whatever they were told before. */
  async function allHaveHeard(run: FlowRun): Promise<void> {
    const heard = workers.map((worker) => worker.heard("ostinato.cancelling.v1"));
    await setState(run, "CANCELLING");
    await Promise.all(heard);
  }

  test("one more than there are runs hear of them, and others of the next", async () => {
    const { name, told, newRun, stopping } = await placeWithWorkers("one by one");
    await newRun({ type: "SCHEDULED" });
    await clock.advance(0.05);
    await expect.poll(() => told).toEqual([1, 1, 0, 0, 0, 0]);
    await claim(name, "W 0");
    await clock.advance(1);
    await allHaveHeard(stopping);
    await newRun({ type: "SCHEDULED" });
    await clock.advance(0.05);
    await expect.poll(() => told).toEqual([1, 1, 1, 1, 0, 0]);
    await claim(name, "W 2");
    await clock.advance(1);
    await allHaveHeard(stopping);
    expect(told).toEqual([1, 1, 1, 1, 0, 0]);
  });

  test("the others hear a while later of a run that is still there", async () => {
    const { told, newRun } = await placeWithWorkers("nobody takes it");
    await newRun({ type: "SCHEDULED" });
    await clock.advance(0.05);
    await expect.poll(() => told).toEqual([1, 1, 0, 0, 0, 0]);
    await clock.advance(0.3);
    await expect.poll(() => told).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("one more than there are free slots hear of runs that wait for these", async () => {
    const { name, told, newRun, stopping } = await placeWithWorkers("few slots", { concurrency_limit: 2 });
    const at = formatTimestamp(addSeconds(clock.now(), 3));
    for (let count = 0; count < 4; count += 1)
      await newRun({ type: "SCHEDULED", state_details: { scheduled_time: at } });
    await clock.advance(3.05);
    await expect.poll(() => told).toEqual([1, 1, 0, 0, 0, 0]);
    await claim(name, "W 0");
    await clock.advance(1);
    await allHaveHeard(stopping);
    expect(told).toEqual([1, 1, 0, 0, 0, 0]);
  });
});
