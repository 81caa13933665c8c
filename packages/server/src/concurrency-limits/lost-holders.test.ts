import { randomId, timeOrderedId } from "@ostinato/core";
import type {
  Flow,
  FlowRun,
  GlobalConcurrencyLimit,
  NewConcurrencyLimit,
  SlotLease,
  TagLimit,
} from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";
import { lostRunsEnder } from "../heartbeats/lost-runs.service.ts";

const lookSeconds = 15;

describeOnEachDatabase("the slots of a run whose process is lost or stopped", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let runs: ReturnType<typeof slotsOn>;
  let address: string;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    runs = slotsOn(server, clock);
    address = await server.listen();
  });
  afterAll(() => server.stop());

  const limits = "/v2/concurrency_limits";
  async function limit(slots = 1): Promise<string> {
    const name = `lost holders ${randomId()}`;
    await server.call<NewConcurrencyLimit>("POST", `${limits}/`, { name, limit: slots });
    return name;
  }
  const taken = async (name: string) =>
    (await server.call<GlobalConcurrencyLimit>("GET", `${limits}/${name}`)).body.active_slots;
  const take = (name: string, more: object) =>
    server.call<SlotLease>("POST", `${limits}/increment-with-lease`, { names: [name], slots: 1, ...more });
  const giveBack = (lease_id: string) => server.call("POST", `${limits}/decrement-with-lease`, { lease_id });
  const renew = (id: string) => server.call("POST", `${limits}/leases/${id}/renew`, { lease_duration: 60 });
  const holderOf = (type: "flow_run" | "task_run", id: string) => ({ holder: { type, id } });

  async function startedRun(state: object = { type: "RUNNING" }): Promise<string> {
    const flow = await server.call<Flow>("POST", "/flows/", { name: `holds ${randomId()}` });
    const { id } = (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.body.id })).body;
    await runs.setState(id, state);
    return id;
  }

  async function startedTask(flowRunId: string): Promise<string> {
    const taskRunId = timeOrderedId(clock.now());
    const event = taskRunEvent({ taskRunId, flowRunId, type: "RUNNING", occurred: clock.now() });
    expect((await server.call("POST", "/events", [event])).status).toBe(204);
    return taskRunId;
  }

  test.each(["CRASHED", "CANCELLED"])("are free as soon as it is %s, its tasks' too", async (type) => {
    const [own, tasks] = [await limit(), await limit()];
    const id = await startedRun();
    await take(own, { ...holderOf("flow_run", id), lease_duration: 3600 });
    await take(tasks, { ...holderOf("task_run", await startedTask(id)), lease_duration: 3600 });
    expect([await taken(own), await taken(tasks)]).toEqual([1, 1]);
    await runs.setState(id, { type }, { force: true });
    expect([await taken(own), await taken(tasks)]).toEqual([0, 0]);
  });

  test("wake the first in line, whose slot the late messages of the lost process do not touch", async () => {
    const name = await limit();
    const id = await startedRun();
    const { body: lost } = await take(name, holderOf("flow_run", id));
    const waiter_id = randomId();
    expect((await take(name, { waiter_id })).status).toBe(423);
    const socket = await openTestSocket(address, "/concurrency/wake");
    socket.send({ type: "subscribe", waiter_ids: [waiter_id] });
    await socket.next();
    await runs.setState(id, { type: "CRASHED" });
    expect(await socket.next()).toEqual({ type: "free", waiter_id });
    expect((await take(name, { waiter_id })).status).toBe(200);
    for (const _time of [1, 2]) expect((await giveBack(lost.lease_id)).status).toBe(204);
    expect(await renew(lost.lease_id)).toMatchObject({ status: 410, body: { code: "LEASE_ENDED" } });
    expect(await taken(name)).toBe(1);
    expect((await renew(waiter_id)).status).toBe(204);
    await socket.close();
  });

  test("and its place in line go to those behind it", async () => {
    const name = await limit();
    const { body: held } = await take(name, {});
    const id = await startedRun();
    expect((await take(name, { waiter_id: randomId(), ...holderOf("flow_run", id) })).status).toBe(423);
    const waiter_id = randomId();
    expect((await take(name, { waiter_id })).status).toBe(423);
    await runs.setState(id, { type: "CRASHED" });
    await giveBack(held.lease_id);
    expect((await take(name, { waiter_id })).status).toBe(200);
  });

  test("are free when the server finds that its process gives no more signs of life", async () => {
    const name = await limit();
    const id = await startedRun({ type: "RUNNING", state_details: { heartbeat_seconds: 30 } });
    await take(name, { ...holderOf("flow_run", id), lease_duration: 86_400 });
    const look = lostRunsEnder(server.context, lookSeconds);
    await look();
    for (let passed = 0; passed <= 120; passed += lookSeconds) {
      await clock.advance(lookSeconds);
      await look();
    }
    expect((await runs.read(id)).state_type).toBe("CRASHED");
    expect(await taken(name)).toBe(0);
  });

  test("of a tag are free too, also when the server hears of the task after the end of its run", async () => {
    const tag = `gpu ${randomId()}`;
    const tags = "/concurrency_limits";
    await server.call("POST", `${tags}/`, { tag, concurrency_limit: 1 });
    const hold = (task_run_id: string) => server.call("POST", `${tags}/increment`, { names: [tag], task_run_id });
    const holders = async () => (await server.call<TagLimit>("GET", `${tags}/tag/${tag}`)).body.active_slots;
    const known = await startedRun();
    const task = await startedTask(known);
    await hold(task);
    await runs.setState(known, { type: "CRASHED" });
    expect(await holders()).toEqual([]);

    const [lost, late] = [await startedRun(), timeOrderedId(clock.now())];
    await hold(late);
    const occurred = clock.now();
    await runs.setState(lost, { type: "CRASHED" });
    expect(await holders()).toEqual([late]);
    const again = await limit();
    await take(again, holderOf("flow_run", lost));
    const event = taskRunEvent({ taskRunId: late, flowRunId: lost, type: "RUNNING", occurred });
    await server.call("POST", "/events", [event]);
    expect(await holders()).toEqual([]);
    // The run may have been started again meanwhile: what it holds itself is not the late task's.
    expect(await taken(again)).toBe(1);
  });

  test("that it took before it began are free when its claim goes back", async () => {
    const name = await limit();
    const id = await runs.run(await runs.deployment(null));
    await runs.claim(id);
    await take(name, { ...holderOf("flow_run", id), lease_duration: 3600 });
    await runs.setState(id, { type: "SCHEDULED" });
    expect(await taken(name)).toBe(0);
  });

  test("are kept through a retry in the same process", async () => {
    const name = await limit();
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: `retries ${randomId()}` });
    const given = { flow_id: flow.id, empirical_policy: { retries: 1, retry_delay: 5 } };
    const { id } = (await server.call<FlowRun>("POST", "/flow_runs/", given)).body;
    await runs.setState(id, { type: "RUNNING" });
    await take(name, holderOf("flow_run", id));
    const { state } = await runs.setState(id, { type: "FAILED" });
    expect([state?.name, await taken(name)]).toEqual(["AwaitingRetry", 1]);
  });

  test("are free when it is deleted, its tasks' too", async () => {
    const [own, tasks] = [await limit(), await limit()];
    const id = await startedRun();
    await take(own, holderOf("flow_run", id));
    await take(tasks, holderOf("task_run", await startedTask(id)));
    expect((await server.call("DELETE", `/flow_runs/${id}`)).status).toBe(204);
    expect([await taken(own), await taken(tasks)]).toEqual([0, 0]);
  });
});
