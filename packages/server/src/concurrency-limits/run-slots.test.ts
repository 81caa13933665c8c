import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { prefectClient, slotsOn } from "../../test/slots-harness.ts";

describeOnEachDatabase("slots of deployments", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let slots: ReturnType<typeof slotsOn>;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    slots = slotsOn(server, clock);
  });
  afterAll(() => server.stop());

  const active = async (deploymentId: string) => (await slots.limitOf(deploymentId))?.active_slots;
  const stateOf = async (id: string) => (await slots.read(id)).state_name;

  test("a deployment gets a limit of its own, which changes and goes", async () => {
    const { id } = await slots.deployment(3);
    expect(await slots.limitOf(id)).toMatchObject({
      name: `deployment:${id}`,
      limit: 3,
      active: true,
      active_slots: 0,
    });
    await slots.limit(id, 5);
    expect(await slots.limitOf(id)).toMatchObject({ limit: 5 });
    await slots.limit(id, null);
    expect(await slots.limitOf(id)).toBeUndefined();
    expect(await server.context.db.read.selectFrom("concurrency_limit").select("id").execute()).toEqual([]);
  });

  test("a run takes a slot when it is claimed, and gives it back when it ends; another one waits in line", async () => {
    const deployment = await slots.deployment(1);
    const [first, second] = [await slots.run(deployment), await slots.run(deployment)];
    const claimed = await slots.claim(first);
    expect(claimed).toMatchObject({
      status: "ACCEPT",
      state: { type: "PENDING", state_details: { deployment_concurrency_lease_id: expect.any(String) } },
    });
    const refused = await slots.claim(second);
    expect(refused).toMatchObject({
      status: "REJECT",
      details: { reason: "Deployment concurrency limit reached." },
      state: { type: "SCHEDULED", name: "AwaitingConcurrencySlot" },
    });
    expect(await active(deployment.id)).toBe(1);
    await slots.setState(first, { type: "RUNNING" });
    expect(await active(deployment.id)).toBe(1);
    await slots.setState(first, { type: "COMPLETED" });
    expect(await active(deployment.id)).toBe(0);
  });

  test("the first in line goes on at once when a slot becomes free, and nobody takes it away", async () => {
    const deployment = await slots.deployment(1);
    const [holder, first, second, late] = [
      await slots.run(deployment),
      await slots.run(deployment),
      await slots.run(deployment),
      await slots.run(deployment),
    ];
    for (const run of [holder, second, first]) await slots.claim(run);
    await slots.setState(holder, { type: "CANCELLED" });
    await slots.moveUp();
    expect(await stateOf(first)).toBe("Scheduled");
    expect(await stateOf(second)).toBe("AwaitingConcurrencySlot");
    expect((await slots.read(first)).next_scheduled_start_time).toBe((await slots.read(first)).state?.timestamp);
    expect(await slots.claim(late)).toMatchObject({ status: "REJECT" });
    expect(await slots.claim(first)).toMatchObject({ status: "ACCEPT" });
    expect(await slots.setState(first, { type: "RUNNING" })).toMatchObject({ status: "ACCEPT" });
    expect(await active(deployment.id)).toBe(1);
  });

  test("a slot that is kept for a run which nobody takes goes to the next", async () => {
    const deployment = await slots.deployment(1);
    const [holder, first, second] = [
      await slots.run(deployment),
      await slots.run(deployment),
      await slots.run(deployment),
    ];
    for (const run of [holder, first, second]) await slots.claim(run);
    await slots.setState(holder, { type: "CANCELLED" });
    await slots.moveUp();
    await slots.hear(16);
    await slots.moveUp();
    expect(await stateOf(second)).toBe("Scheduled");
    expect(await slots.claim(first)).toMatchObject({ status: "REJECT" });
    expect(await slots.claim(second)).toMatchObject({ status: "ACCEPT" });
  });

  test("all move up when the limit is raised or taken away", async () => {
    const deployment = await slots.deployment(1);
    const runs: string[] = [];
    for (let index = 0; index < 5; index += 1) runs.push(await slots.run(deployment));
    for (const run of runs) await slots.claim(run);
    await slots.limit(deployment.id, 3);
    await slots.moveUp();
    const states = () => Promise.all(runs.map(stateOf));
    const waiting = "AwaitingConcurrencySlot";
    expect(await states()).toEqual(["Pending", "Scheduled", "Scheduled", waiting, waiting]);
    await slots.limit(deployment.id, null);
    await slots.moveUp();
    expect(await states()).toEqual(["Pending", "Scheduled", "Scheduled", "Scheduled", "Scheduled"]);
    for (const run of runs.slice(1)) expect(await slots.claim(run)).toMatchObject({ status: "ACCEPT" });
  });

  test("a deployment that wants no queue cancels what is too much, also what would become late", async () => {
    const deployment = await slots.deployment(1, { concurrency_options: '{"collision_strategy":"CANCEL_NEW"}' });
    const [first, second] = [await slots.run(deployment), await slots.run(deployment)];
    await slots.claim(first);
    expect(await slots.claim(second)).toMatchObject({
      status: "REJECT",
      state: { type: "CANCELLED", message: "Deployment concurrency limit reached." },
    });
  });

  test("a limit of 0 and a deployment that is gone stop the claim", async () => {
    const deployment = await slots.deployment(1);
    const run = await slots.run(deployment);
    await slots.limit(deployment.id, 0);
    expect(await slots.claim(run)).toMatchObject({
      status: "ABORT",
      details: { reason: "The deployment concurrency limit is 0. The flow will deadlock if submitted again." },
    });
    await server.context.db.write((tx) => tx.deleteFrom("deployment").where("id", "=", deployment.id).execute());
    expect(await slots.claim(run)).toMatchObject({ status: "ABORT", details: { reason: "Deployment not found." } });
  });

  test("a run that is not started in its time loses the slot, and is cancelled only if another one has it", async () => {
    const deployment = await slots.deployment(1, {
      concurrency_options: '{"collision_strategy":"ENQUEUE","grace_period_seconds":60}',
    });
    const [slow, other] = [await slots.run(deployment), await slots.run(deployment)];
    await slots.claim(slow, prefectClient);
    await slots.hear(64);
    expect(await active(deployment.id)).toBe(0);
    await slots.claim(other, prefectClient);
    expect(await slots.setState(slow, { type: "RUNNING" }, {}, prefectClient)).toMatchObject({
      status: "REJECT",
      details: { reason: "Deployment concurrency limit reached after lease expiry." },
      state: { type: "CANCELLED" },
    });
    await slots.hear(64);
    expect(await slots.setState(other, { type: "RUNNING" }, {}, prefectClient)).toMatchObject({ status: "ACCEPT" });
    expect(await active(deployment.id)).toBe(1);
  });

  test("a client that renews its lease keeps the slot for so long, any other until the run ends", async () => {
    const deployment = await slots.deployment(2);
    const [renewing, plain] = [await slots.run(deployment), await slots.run(deployment)];
    const { state } = await slots.claim(renewing, prefectClient);
    await slots.setState(renewing, { type: "RUNNING" }, {}, prefectClient);
    await slots.claim(plain);
    await slots.setState(plain, { type: "RUNNING" });
    const lease = state?.state_details.deployment_concurrency_lease_id;
    const renew = () => server.call("POST", `/v2/concurrency_limits/leases/${lease}/renew`, { lease_duration: 300 });
    await slots.hear(200);
    expect((await renew()).status).toBe(204);
    await slots.hear(200);
    expect(await active(deployment.id)).toBe(2);
    await slots.hear(310);
    expect(await active(deployment.id)).toBe(1);
    expect((await renew()).status).toBe(410);
    await slots.setState(plain, { type: "FAILED" });
    expect(await active(deployment.id)).toBe(0);
  });

  test("the time in which nobody heard the clients counts against no lease", async () => {
    const deployment = await slots.deployment(1);
    await slots.claim(await slots.run(deployment));
    for (let hours = 0; hours < 3; hours += 1) {
      await clock.advance(3600);
      await slots.hear(10);
    }
    expect(await active(deployment.id)).toBe(1);
    await slots.hear(300);
    expect(await active(deployment.id)).toBe(0);
  });

  test("a run that waits for its next attempt in its process keeps the slot; one that leaves it does not", async () => {
    const deployment = await slots.deployment(1);
    const run = await slots.run(deployment, { empirical_policy: { retries: 1, retry_delay: 60 } });
    await slots.claim(run);
    await slots.setState(run, { type: "RUNNING" });
    expect(await slots.setState(run, { type: "FAILED" })).toMatchObject({ state: { name: "AwaitingRetry" } });
    expect(await active(deployment.id)).toBe(1);
    await slots.setState(run, { type: "RUNNING" }, { force: true });
    expect(await slots.setState(run, { type: "SCHEDULED", name: "AwaitingRetry" })).toMatchObject({ status: "ACCEPT" });
    expect(await active(deployment.id)).toBe(0);
  });

  test("a limit that is set after the runs were made holds for them", async () => {
    const deployment = await slots.deployment(null);
    const [first, second] = [await slots.run(deployment), await slots.run(deployment)];
    await slots.limit(deployment.id, 1);
    expect(await slots.claim(first)).toMatchObject({ status: "ACCEPT" });
    expect(await slots.claim(second)).toMatchObject({ status: "REJECT" });
    await slots.limit(deployment.id, null);
    expect(await slots.claim(second)).toMatchObject({ status: "ACCEPT" });
  });

  test("a run that is deleted gives its slot back", async () => {
    const deployment = await slots.deployment(1);
    const [first, second] = [await slots.run(deployment), await slots.run(deployment)];
    await slots.claim(first);
    await slots.claim(second);
    expect((await server.call("DELETE", `/flow_runs/${first}`)).status).toBe(204);
    await slots.moveUp();
    expect(await stateOf(second)).toBe("Scheduled");
  });
});
