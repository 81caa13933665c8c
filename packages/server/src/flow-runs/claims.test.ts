import { formatTimestamp, randomId } from "@ostinato/core";
import type { FlowRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";
import { lostRunsEnder } from "../heartbeats/lost-runs.service.ts";

const lookSeconds = 5;
const sign = { heartbeat_seconds: 10 };

describeOnEachDatabase("claims", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let runs: ReturnType<typeof slotsOn>;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    runs = slotsOn(server, clock);
  });
  afterAll(() => server.stop());

  const lost = { status: "ABORT", details: { reason: expect.stringMatching(/^This process has lost its claim/) } };

  /** As a serving process of ours that gives signs of life for what it has claimed. */
  async function claim(id: string): Promise<string> {
    const { status, state } = await runs.setState(id, { type: "PENDING", state_details: sign });
    expect(status).toBe("ACCEPT");
    return state?.id ?? "";
  }
  const under = (claim: string, id: string, type: string, more: object = {}) =>
    runs.setState(id, { type, state_details: { ...sign, claim }, ...more });

  /** What whoever serves the deployment is given to start. */
  const due = async (deploymentId: string) => {
    const asked = { deployment_ids: [deploymentId], scheduled_before: formatTimestamp(clock.now()) };
    const { body } = await server.call<FlowRun[]>("POST", "/deployments/get_scheduled_flow_runs", asked);
    return body.map((run) => run.id);
  };

  async function silence(seconds: number): Promise<void> {
    const look = lostRunsEnder(server.context, lookSeconds);
    await look();
    for (let passed = 0; passed < seconds; passed += lookSeconds) {
      await clock.advance(lookSeconds);
      await look();
    }
  }

  test("a process acts under the claim from its start to its end, also after others have moved the run", async () => {
    const deployment = await runs.deployment(null);
    const id = await runs.run(deployment);
    const token = await claim(id);
    expect(await under(token, id, "PENDING", { name: "Submitting" })).toMatchObject({ status: "ACCEPT" });
    expect(await under(token, id, "RUNNING")).toMatchObject({ status: "ACCEPT" });
    await runs.setState(id, { type: "CANCELLING" });
    expect(await under(token, id, "CANCELLED")).toMatchObject({ status: "ACCEPT" });
  });

  test("a run that has ended since it was offered is not claimed, also where it would wait in line for a slot", async () => {
    const deployment = await runs.deployment(1);
    const id = await runs.run(deployment);
    const token = await claim(id);
    await under(token, id, "RUNNING");
    await under(token, id, "COMPLETED");
    await claim(await runs.run(deployment));
    expect(await runs.setState(id, { type: "PENDING", state_details: sign })).toMatchObject({
      status: "ABORT",
      state: { type: "COMPLETED" },
      details: { reason: "The run has ended: it is COMPLETED. Schedule it again to have it claimed." },
    });
    const [again, withoutSigns] = [await runs.run(deployment), await runs.run(await runs.deployment(null))];
    await runs.setState(again, { type: "CANCELLED" });
    await runs.setState(again, { type: "SCHEDULED" });
    await runs.limit(deployment.id, 2);
    await claim(again);
    await runs.setState(withoutSigns, { type: "COMPLETED" });
    expect(await runs.setState(withoutSigns, { type: "PENDING" })).toMatchObject({ status: "ACCEPT" });
  });

  test("a process does not go on with a run that has ended", async () => {
    const deployment = await runs.deployment(1);
    const id = await runs.run(deployment);
    const token = await claim(id);
    await under(token, id, "RUNNING");
    await runs.setState(id, { type: "CANCELLED" }, { force: true });
    expect(await under(token, id, "RUNNING")).toMatchObject({
      status: "ABORT",
      details: { reason: expect.stringMatching(/^The run has ended/) },
    });
    expect(await under(token, id, "CANCELLED")).toMatchObject({ status: "ACCEPT" });
  });

  test("a run that was cancelled before its process spoke is still the process's to end", async () => {
    const deployment = await runs.deployment(null);
    const id = await runs.run(deployment);
    const token = await claim(id);
    await runs.setState(id, { type: "CANCELLING" });
    expect(await under(token, id, "CANCELLED")).toMatchObject({ status: "ACCEPT" });
  });

  test("a run whose claimer is silent for 30 s is scheduled again, and the one that comes back is told to stop", async () => {
    const deployment = await runs.deployment(1);
    const id = await runs.run(deployment);
    const first = await claim(id);
    await silence(40);
    expect(await runs.read(id)).toMatchObject({
      state_type: "SCHEDULED",
      state: { message: expect.stringMatching(/^It is to be started again\. No sign of life/) },
    });
    expect(await under(first, id, "RUNNING")).toMatchObject(lost);
    const second = await claim(id);
    expect(second).not.toBe(first);
    expect(await under(first, id, "RUNNING")).toMatchObject(lost);
    expect(await under(first, id, "CRASHED", {})).toMatchObject(lost);
    expect(await under(second, id, "RUNNING")).toMatchObject({ status: "ACCEPT" });
    expect(
      await runs.setState(id, { type: "CANCELLED", state_details: { claim: first } }, { force: true }),
    ).toMatchObject(lost);
  });

  test("a client without a claim is held to the rules of states alone", async () => {
    const deployment = await runs.deployment(null);
    const id = await runs.run(deployment);
    await claim(id);
    expect(await runs.claim(id)).toMatchObject({ status: "ABORT" });
    expect(await runs.setState(id, { type: "RUNNING" })).toMatchObject({ status: "ACCEPT" });
    expect((await runs.read(id)).state?.state_details).not.toHaveProperty("claim");
  });

  test("a crash by a lost process, or one that is reported, starts the run again as often as the deployment says", async () => {
    const deployment = await runs.deployment(null, { run_policy: '{"on_crash":"restart","max_restarts":2}' });
    const id = await runs.run(deployment);
    let token = await claim(id);
    await under(token, id, "RUNNING");
    await silence(40);
    expect(await runs.read(id)).toMatchObject({ state_type: "SCHEDULED", state_name: "Restarting" });
    expect(await under(token, id, "COMPLETED")).toMatchObject(lost);
    token = await claim(id);
    await under(token, id, "RUNNING");
    expect(await under(token, id, "CRASHED")).toMatchObject({ status: "ACCEPT", state: { type: "CRASHED" } });
    expect(await runs.read(id)).toMatchObject({
      state_name: "Restarting",
      empirical_policy: { retry_type: "reschedule" },
      run_count: 2,
    });
    token = await claim(id);
    await under(token, id, "RUNNING");
    await under(token, id, "CRASHED");
    expect(await runs.read(id)).toMatchObject({ state_name: "Crashed" });
  });

  test("an end that a person has made, and a deployment that does not want it, start nothing again", async () => {
    const wanted = await runs.deployment(null, { run_policy: '{"on_crash":"restart"}' });
    const forced = await runs.run(wanted);
    await under(await claim(forced), forced, "RUNNING");
    await runs.setState(forced, { type: "CRASHED" }, { force: true });
    expect((await runs.read(forced)).state_name).toBe("Crashed");
    const id = await runs.run(await runs.deployment(null));
    const token = await claim(id);
    await under(token, id, "RUNNING");
    await under(token, id, "CRASHED");
    expect((await runs.read(id)).state_name).toBe("Crashed");
  });

  test("a run of a deployment that failed is scheduled again by who asks, and one that is suspended when it is resumed", async () => {
    const deployment = await runs.deployment(1);
    const id = await runs.run(deployment);
    const first = await claim(id);
    await under(first, id, "RUNNING");
    const pause = { pause_reschedule: true, pause_key: randomId() };
    await runs.setState(id, { type: "PAUSED", name: "Suspended", state_details: { ...pause, claim: first } });
    expect((await runs.limitOf(deployment.id))?.active_slots).toBe(0);
    await server.call("POST", `/flow_runs/${id}/resume`, {});
    expect(await runs.read(id)).toMatchObject({ state_type: "SCHEDULED", state_name: "Resuming" });
    expect(await due(deployment.id)).toEqual([id]);
    const second = await claim(id);
    await under(second, id, "RUNNING");
    await under(second, id, "FAILED");
    expect(await runs.setState(id, { type: "SCHEDULED" })).toMatchObject({ status: "ACCEPT" });
    expect(await runs.read(id)).toMatchObject({ empirical_policy: { retry_type: "reschedule" } });
    expect(await due(deployment.id)).toEqual([id]);
    await under(await claim(id), id, "RUNNING");
    expect((await runs.limitOf(deployment.id))?.active_slots).toBe(1);
  });
});
