import { addSeconds } from "@ostinato/core";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const hour = 3600;
const happened = "thing.happened";

describeOnEachDatabase("triggers of a server whose clock is moved ahead by an hour", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let trial: AutomationTrial;
  beforeEach(async () => {
    const { url } = await database.another();
    clock = fakeClock();
    server = await startTestServer(url, { clock });
    trial = automationTrial(server, clock);
  });
  afterEach(() => server.stop());

  const jump = () => clock.set(addSeconds(clock.now(), hour));
  const perResource = { expect: [happened], for_each: ["prefect.resource.id"] };
  const third = { type: "event", posture: "Reactive", threshold: 3, within: 60, ...perResource };

  test("go on counting what they had counted", async () => {
    const automation = await trial.create(third);
    await trial.happen({ event: happened, ago: 30 }, { event: happened, ago: 20 });
    await trial.count();
    jump();
    await trial.count();
    await trial.count();
    const [last] = await trial.happen({ event: happened, ago: hour + 10 });
    await trial.count();
    expect(await trial.causes(automation)).toEqual([last]);
  });

  test("forget it as long afterwards as without that", async () => {
    await trial.create(third);
    await trial.happen({ event: happened });
    await trial.count();
    const kept = async () =>
      (await server.context.db.read.selectFrom("automation_bucket").select("key").execute()).length;
    jump();
    await trial.wait(900);
    expect(await kept()).toBe(1);
    await trial.wait(120);
    expect(await kept()).toBe(0);
  });

  test("wait for what clients still have before they notice a deadline", async () => {
    const automation = await trial.create({
      type: "event",
      posture: "Proactive",
      within: 60,
      after: ["thing.began"],
      ...perResource,
    });
    const [, missed] = await trial.happen({ event: "thing.began" }, { event: "thing.began", of: "thing.2" });
    await trial.count();
    jump();
    await trial.count();
    await trial.wait(5);
    expect(await trial.causes(automation)).toEqual([]);
    await trial.happen({ event: happened, ago: hour });
    await trial.wait(6);
    expect(await trial.causes(automation)).toEqual([missed]);
  });
});
