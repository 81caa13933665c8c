import type { Automation } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("a server that has not heard of a change of an automation", (database) => {
  let clock: FakeClock;
  let informed: TestServer;
  let uninformed: TestServer;
  let there: AutomationTrial;
  let here: AutomationTrial;
  beforeEach(async () => {
    const { url } = await database.another();
    clock = fakeClock();
    informed = await startTestServer(url, { clock });
    uninformed = await startTestServer(url, { clock });
    there = automationTrial(informed, clock);
    here = automationTrial(uninformed, clock);
  });
  afterEach(async () => {
    await informed.stop();
    await uninformed.stop();
  });

  const reactive = (...expected: string[]) => ({ type: "event", posture: "Reactive", expect: expected });
  /** It asks with this event, and not again while the clock stands. */
  const ask = () => here.happen({ event: "asked" });
  const written = async () =>
    (await informed.context.db.read.selectFrom("outbox").select("name").orderBy("seq").execute()).map(
      ({ name }) => name,
    );
  const change = async (method: "PUT" | "PATCH" | "DELETE", { id }: Automation, body?: object) =>
    expect(await informed.call(method, `/automations/${id}`, body)).toMatchObject({ status: 204 });
  const counted = async (automation: Automation) => {
    await there.count();
    return there.causes(automation);
  };

  test("writes down what one takes that is new", async () => {
    await ask();
    const automation = await there.create(reactive("first", "second"));
    const happened = await here.happen({ event: "second" }, { event: "other" }, { event: "first" });
    expect(await counted(automation)).toEqual([happened[0], happened[2]]);
  });

  test("writes down what one takes that is another one now", async () => {
    const automation = await there.create(reactive("before"));
    await ask();
    const { name, actions } = automation;
    await change("PUT", automation, { name, actions, trigger: reactive("after") });
    const happened = await here.happen({ event: "before" }, { event: "after" });
    expect(await counted(automation)).toEqual([happened[1]]);
  });

  test("writes down what one takes that goes on", async () => {
    const automation = await there.create(reactive("happened"), { enabled: false });
    await ask();
    await change("PATCH", automation, { enabled: true });
    const happened = await here.happen({ event: "happened" });
    expect(await counted(automation)).toEqual(happened);
  });

  test("has nothing counted by one that was switched off or deleted", async () => {
    const off = await there.create(reactive("happened"));
    const gone = await there.create(reactive("happened"));
    await ask();
    await change("PATCH", off, { enabled: false });
    await change("DELETE", gone);
    await here.happen({ event: "happened" });
    expect(await counted(off)).toEqual([]);
    expect(await counted(gone)).toEqual([]);
  });

  test("writes down the states of runs that it decides from memory", async () => {
    const metrics = async () => (await uninformed.call<string>("GET", "/metrics")).body;
    // They count from the first look.
    await metrics();
    const flow = await uninformed.call<{ id: string }>("POST", "/flows/", { name: "known" });
    const state = { type: "PENDING", name: "Pending" };
    const run = await uninformed.call<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.body.id, state });
    await ask();
    const automation = await there.create(reactive("prefect.flow-run.Running"));
    const moved = await uninformed.call("POST", `/flow_runs/${run.body.id}/set_state`, { state: { type: "RUNNING" } });
    expect(moved).toMatchObject({ status: 201 });
    const way = uninformed.context.db.kind === "postgresql" ? "memory" : "reading";
    expect(await metrics()).toContain(`proposals_total{way="${way}"} 1`);
    expect(await counted(automation)).toHaveLength(1);
  });

  describe("once it has heard", () => {
    test("writes down nothing that no trigger takes", async () => {
      await there.create(reactive("happened"));
      await ask();
      const before = await written();
      await here.happen({ event: "other" }, { event: "happened" }, { event: "another" });
      expect(await written()).toEqual([...before, "happened"]);
    });

    test("wakes whoever counts what it wrote down without knowing why", async () => {
      let wakes = 0;
      const confirm = ({ automations } = uninformed.context) =>
        automations.confirm(automations.version, () => {
          wakes += 1;
        });
      await ask();
      confirm();
      await clock.advance(1);
      expect(wakes).toBe(0);
      confirm();
      await there.create(reactive("happened"));
      expect(wakes).toBe(0);
      await clock.advance(0.25);
      await expect.poll(() => wakes).toBe(1);
    });
  });
});
