import type { FlowRun, OrchestrationResult, WorkPool } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { silentClaimsReturner } from "./silent-claims.service.ts";

const lookEverySeconds = 5;

describeOnEachDatabase("claims of workers", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let look: () => Promise<void>;
  let pool: WorkPool;
  let deploymentId: string;
  let pools = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  beforeEach(async () => {
    look = silentClaimsReturner(server.context, lookEverySeconds);
    pools += 1;
    pool = (await server.call<WorkPool>("POST", "/work_pools/", { name: `pool ${pools}`, type: "process" })).body;
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: `flow ${pools}` });
    const given = { name: "d", flow_id: flow.body.id, work_pool_name: pool.name };
    deploymentId = (await server.call<{ id: string }>("POST", "/deployments/", given)).body.id;
  });
  afterAll(() => server.stop());

  const beat = (name: string, heartbeat_interval_seconds: number) =>
    server.call("POST", `/work_pools/${pool.name}/workers/heartbeat`, { name, heartbeat_interval_seconds });

  async function propose(id: string, type: string, worker?: string): Promise<OrchestrationResult> {
    const { body } = await server.app.inject({
      method: "POST",
      url: `/api/flow_runs/${id}/set_state`,
      payload: JSON.stringify({ state: { type } }),
      headers: {
        "content-type": "application/json",
        ...(worker === undefined ? {} : { "x-prefect-worker-name": worker }),
      },
    });
    return JSON.parse(body) as OrchestrationResult;
  }

  /** A run that the worker has claimed, with the id of its claim. */
  async function claimedBy(worker?: string): Promise<{ readonly id: string; readonly claim: string | undefined }> {
    const { body } = await server.call<FlowRun>("POST", `/deployments/${deploymentId}/create_flow_run`, {});
    const { status, state } = await propose(body.id, "PENDING", worker);
    expect(status).toBe("ACCEPT");
    return { id: body.id, claim: state?.id };
  }

  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;

  const workerOf = (id: string) =>
    server.context.db.read
      .selectFrom("flow_run")
      .select(["worker_name", "worker_id"])
      .where("id", "=", id)
      .executeTakeFirst();

  /** Lets time go by with the looks of the server in it. */
  async function pass(seconds: number, meanwhile: () => Promise<unknown> = async () => {}): Promise<void> {
    await look();
    for (let passed = 0; passed < seconds; passed += lookEverySeconds) {
      await clock.advance(lookEverySeconds);
      await meanwhile();
      await look();
    }
  }

  const cleanUps = () =>
    server.context.db.read
      .selectFrom("clean_up")
      .select(["kind", "target", "work_queue_id"])
      .where("work_pool_id", "=", pool.id)
      .execute();

  test("a run whose worker has died goes back within 30 s of its last sign, and is to be cleaned up after", async () => {
    await beat("ours", 8);
    const { id, claim } = await claimedBy("ours");
    const workers = await server.call<{ id: string }[]>("POST", `/work_pools/${pool.name}/workers/filter`, {});
    expect(await workerOf(id)).toEqual({ worker_name: "ours", worker_id: workers.body[0]?.id });
    await pass(20);
    expect((await read(id)).state_type).toBe("PENDING");
    await pass(10);
    expect(await read(id)).toMatchObject({
      state_type: "SCHEDULED",
      state: {
        message: expect.stringMatching(/^It is to be started again\. The worker "ours" that claimed it has given/),
      },
    });
    const target = { flow_run_id: id, claim_id: claim, execution_id: null, infrastructure_pid: null };
    expect((await cleanUps()).map((each) => ({ ...each, target: JSON.parse(each.target) }))).toEqual([
      { kind: "pending_claim_teardown.v1", target, work_queue_id: pool.default_queue_id },
    ]);
  });

  test("the process of the former claim can do nothing with the run any more, and the next worker can take it", async () => {
    await beat("ours", 8);
    const { id, claim } = await claimedBy("ours");
    await pass(30);
    const late = { state: { type: "RUNNING", state_details: { claim } } };
    const { body } = await server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, late);
    expect(body).toMatchObject({ status: "ABORT", details: { reason: expect.stringContaining("lost its claim") } });
    expect(await propose(id, "PENDING", "another")).toMatchObject({ status: "ACCEPT" });
  });

  test("a worker of Prefect has 90 s, and one that gives signs of life keeps what it has claimed", async () => {
    await beat("gone", 30);
    await beat("alive", 30);
    const [lost, kept] = [await claimedBy("gone"), await claimedBy("alive")];
    const others = () => beat("alive", 30);
    await pass(85, others);
    expect((await read(lost.id)).state_type).toBe("PENDING");
    await pass(15, others);
    expect((await read(lost.id)).state_type).toBe("SCHEDULED");
    expect((await read(kept.id)).state_type).toBe("PENDING");
  });

  test("the time in which the server could not hear is not counted", async () => {
    await beat("ours", 8);
    const { id } = await claimedBy("ours");
    await pass(10);
    await clock.advance(3600);
    await pass(10);
    expect((await read(id)).state_type).toBe("PENDING");
  });

  test("a run that runs is left alone, whatever became of its worker", async () => {
    await beat("ours", 8);
    const { id } = await claimedBy("ours");
    expect(await propose(id, "RUNNING")).toMatchObject({ status: "ACCEPT" });
    await pass(300);
    expect((await read(id)).state_type).toBe("RUNNING");
    expect(await cleanUps()).toEqual([]);
  });

  test("a run of a worker that was deleted goes back, and one that comes back in time keeps its runs", async () => {
    for (const name of ["deleted", "back"]) await beat(name, 30);
    const [lost, kept] = [await claimedBy("deleted"), await claimedBy("back")];
    for (const name of ["deleted", "back"]) await server.call("DELETE", `/work_pools/${pool.name}/workers/${name}`);
    await pass(120, () => beat("back", 30));
    expect(await read(lost.id)).toMatchObject({
      state_type: "SCHEDULED",
      state: { message: expect.stringContaining('"deleted" that claimed it has been deleted') },
    });
    expect((await read(kept.id)).state_type).toBe("PENDING");
  });

  test("where nobody said which worker claimed a run, the signs of all workers of the pool count", async () => {
    await beat("one", 30);
    const { id } = await claimedBy();
    await pass(120, () => beat("other", 30));
    expect((await read(id)).state_type).toBe("PENDING");
    await pass(100);
    expect(await read(id)).toMatchObject({
      state_type: "SCHEDULED",
      state: { message: expect.stringContaining("No worker of its pool has given a sign of life since") },
    });
  });
});
