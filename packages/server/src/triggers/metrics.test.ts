import type { AutomationTest, FlowRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const minute = 60;

describeOnEachDatabase("metric triggers", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  let trial: AutomationTrial;
  let names = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    trial = automationTrial(server, clock);
  });
  afterAll(() => server.stop());

  async function flow(): Promise<string> {
    names += 1;
    return (await server.call<{ id: string }>("POST", "/flows/", { name: `flow ${names}` })).body.id;
  }

  /** A run of the flow that begins so late, takes so long and ends so. */
  async function run(flow_id: string, type: string, { seconds = 1, late = 0 } = {}): Promise<void> {
    const scheduled = {
      type: "SCHEDULED",
      state_details: { scheduled_time: new Date(clock.now() / 1000).toISOString() },
    };
    const { body } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id, state: scheduled });
    await clock.advance(late);
    for (const state of [{ type: "RUNNING" }, { type }]) {
      const { status } = await server.call("POST", `/flow_runs/${body.id}/set_state`, { state, force: true });
      expect(status).toBe(201);
      if (state.type === "RUNNING") await clock.advance(seconds);
    }
    await trial.count();
  }

  const trigger = (id: string, metric: object) => ({
    type: "metric",
    match: { "prefect.resource.id": "prefect.flow-run.*" },
    match_related: { "prefect.resource.id": `prefect.flow.${id}`, "prefect.resource.role": "flow" },
    metric: { range: 10 * minute, firing_for: 5 * minute, ...metric },
  });

  async function told({ id }: { readonly id: string }): Promise<readonly (readonly [string, unknown])[]> {
    const filter = {
      event: { prefix: ["prefect.automation."] },
      resource: { id: [`prefect.automation.${id}`] },
      order: "ASC",
    };
    const { body } = await server.call<{ events: { event: string; payload: { triggering_value?: unknown } }[] }>(
      "POST",
      "/events/filter",
      { filter, limit: 50 },
    );
    return body.events
      .filter(({ event }) => event.endsWith(".triggered") || event.endsWith(".resolved"))
      .filter(({ event }) => !event.includes(".action."))
      .map(({ event, payload }) => [event.split(".").at(-1) ?? "", payload.triggering_value]);
  }

  test("fire once while the rate of successes is low for long enough, and resolve when it is back", async () => {
    const id = await flow();
    const automation = await trial.create(trigger(id, { name: "successes", operator: "<", threshold: 60 }), {
      actions: [{ type: "do-nothing" }],
      actions_on_resolve: [{ type: "cancel-flow-run" }],
    });
    await run(id, "COMPLETED");
    await run(id, "FAILED");
    await trial.wait(4 * minute);
    expect(await told(automation)).toEqual([]);
    await trial.wait(2 * minute);
    expect(await told(automation)).toEqual([["triggered", 50]]);
    await run(id, "CRASHED");
    await trial.wait(minute);
    expect(await told(automation)).toHaveLength(1);
    for (let count = 0; count < 6; count += 1) await run(id, "COMPLETED");
    await trial.wait(6 * minute);
    expect((await told(automation)).map(([what]) => what)).toEqual(["triggered", "resolved"]);
    await server.tick("automation-actions");
    const { body } = await server.call<{ firings: object[] }>("GET", `/automations/${automation.id}/firings`);
    expect(body.firings).toMatchObject([
      { trigger_state: "Resolved", actions: [{ type: "cancel-flow-run" }] },
      { trigger_state: "Triggered", value: 50, actions: [{ type: "do-nothing" }] },
    ]);
  });

  test("do not fire where the figure comes back in time, and stay as they are without runs", async () => {
    const id = await flow();
    const automation = await trial.create(trigger(id, { name: "successes", operator: "<", threshold: 0.6 }));
    await run(id, "FAILED");
    await trial.wait(4 * minute);
    await run(id, "COMPLETED");
    await run(id, "COMPLETED");
    await trial.wait(3 * minute);
    expect(await told(automation)).toEqual([]);
    await trial.wait(30 * minute);
    await run(id, "FAILED");
    await trial.wait(6 * minute);
    expect(await told(automation)).toEqual([["triggered", 0]]);
    await trial.wait(60 * minute);
    expect(await told(automation)).toHaveLength(1);
  });

  test("measure the mean duration of the runs that ended", async () => {
    const id = await flow();
    const automation = await trial.create(trigger(id, { name: "duration", operator: ">", threshold: 20 }));
    await run(id, "COMPLETED", { seconds: 10 });
    await run(id, "FAILED", { seconds: 40 });
    await trial.wait(6 * minute);
    const [fired] = await told(automation);
    expect(fired?.[0]).toBe("triggered");
    expect(fired?.[1]).toBeCloseTo(25, 0);
  });

  test("measure by how much runs begin late on the average", async () => {
    const id = await flow();
    const automation = await trial.create(trigger(id, { name: "lateness", operator: ">=", threshold: 30 }));
    await run(id, "COMPLETED", { late: 90 });
    await run(id, "COMPLETED", { late: 10 });
    await trial.wait(6 * minute);
    const [fired] = await told(automation);
    expect(fired?.[0]).toBe("triggered");
    expect(fired?.[1]).toBeCloseTo(50, 0);
  });

  test("count the runs of their own flow only", async () => {
    const [id, other] = [await flow(), await flow()];
    const automation = await trial.create(trigger(id, { name: "successes", operator: "<", threshold: 50 }));
    await run(other, "FAILED");
    await run(id, "COMPLETED");
    await trial.wait(6 * minute);
    expect(await told(automation)).toEqual([]);
  });

  test("take part in a compound", async () => {
    const id = await flow();
    const asked = { type: "event", posture: "Reactive", expect: ["trial.asked"] };
    const automation = await trial.create({
      type: "compound",
      require: "all",
      within: 60 * minute,
      triggers: [trigger(id, { name: "successes", operator: "<", threshold: 50 }), asked],
    });
    await run(id, "FAILED");
    await trial.wait(6 * minute);
    expect(await told(automation)).toEqual([]);
    await trial.happen({ event: "trial.asked" });
    await trial.count();
    expect((await told(automation)).map(([what]) => what)).toEqual(["triggered"]);
  });

  test("are replayed over past runs as they would have counted them", async () => {
    const id = await flow();
    const metric = trigger(id, { name: "successes", operator: "<", threshold: 60 });
    const automation = await trial.create(metric);
    await run(id, "FAILED");
    await trial.wait(7 * minute);
    await run(id, "COMPLETED");
    await run(id, "COMPLETED");
    await run(id, "COMPLETED");
    await trial.wait(7 * minute);
    const { body } = await server.call<AutomationTest>("POST", "/automations/test", {
      automation: { name: "trial", trigger: metric, actions: [], actions_on_resolve: [{ type: "do-nothing" }] },
    });
    const real = await told(automation);
    expect(real.map(([what]) => what)).toEqual(["triggered", "resolved"]);
    expect(body.firings.map(({ trigger_state, value }) => [trigger_state.toLowerCase(), value])).toEqual(real);
    expect(body.firings.map(({ actions }) => actions.length)).toEqual([0, 1]);
  });

  test("begin anew when they are switched off and on", async () => {
    const id = await flow();
    const automation = await trial.create(trigger(id, { name: "successes", operator: "<", threshold: 60 }));
    await run(id, "FAILED");
    await trial.wait(6 * minute);
    for (const enabled of [false, true]) await server.call("PATCH", `/automations/${automation.id}`, { enabled });
    await trial.wait(10 * minute);
    expect(await told(automation)).toHaveLength(1);
  });

  test("are refused with a range that is too short, an unknown metric, and no threshold", async () => {
    const id = await flow();
    const valid = { name: "duration", operator: ">", threshold: 1 };
    for (const metric of [
      { ...valid, range: 299 },
      { ...valid, firing_for: "PT4M" },
      { ...valid, name: "cost" },
      { ...valid, operator: "=" },
      { name: "duration", operator: ">" },
    ]) {
      const body = { name: "trial", trigger: trigger(id, metric), actions: [] };
      expect(await server.call("POST", "/automations/", body)).toMatchObject({ status: 422 });
    }
  });

  test("go on where they stood when the server is started again, and look at what came due meanwhile", async () => {
    const again = (await database.another()).url;
    const first = await startTestServer(again, { clock });
    const flowId = (await first.call<{ id: string }>("POST", "/flows/", { name: "restarted" })).body.id;
    const before = automationTrial(first, clock);
    const automation = await before.create(trigger(flowId, { name: "successes", operator: "<", threshold: 50 }));
    await first.call("POST", "/flow_runs/", { flow_id: flowId, state: { type: "FAILED" } });
    await before.count();
    await first.stop();
    await clock.advance(7 * minute);
    const second = await startTestServer(again, { clock });
    const after = automationTrial(second, clock);
    await after.count();
    await after.count();
    expect(await after.firings(automation)).toHaveLength(1);
    await second.stop();
  });

  test("count the runs of several servers together, each once, and go on at another one where one stops", async () => {
    const shared = (await database.another()).url;
    const first = await startTestServer(shared, { clock });
    const flowId = (await first.call<{ id: string }>("POST", "/flows/", { name: "shared" })).body.id;
    const rate = { name: "successes", operator: "<", threshold: 50 };
    const automation = await automationTrial(first, clock).create(trigger(flowId, rate));
    const second = await startTestServer(shared, { clock });
    const endAt = (server: TestServer, type: string) =>
      server.call("POST", "/flow_runs/", { flow_id: flowId, state: { type } });
    await Promise.all([endAt(first, "COMPLETED"), endAt(second, "FAILED"), endAt(second, "FAILED")]);
    await automationTrial(first, clock).count();
    await first.stop();
    await clock.advance(7 * minute);
    const left = automationTrial(second, clock);
    await left.count();
    await left.count();
    const [firing, ...others] = await left.firings(automation);
    expect(others).toEqual([]);
    expect(firing?.payload.triggering_value).toBeCloseTo(100 / 3);
    await second.stop();
  });
});
