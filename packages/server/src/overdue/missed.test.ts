import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { FlowRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDeployment } from "../../test/deployment-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";
import { cancelMissedRuns } from "./missed.service.ts";

describeOnEachDatabase("runs that nobody was there to start", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let runs: ReturnType<typeof slotsOn>;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    runs = slotsOn(server, clock);
  });
  afterAll(() => server.stop());

  const deploymentWith = (missed: string) =>
    runs.deployment(null, { run_policy: JSON.stringify({ missed }), last_polled: clock.now() });

  /** A run that a schedule has made. */
  async function planned(deployment: TestDeployment, seconds: number): Promise<string> {
    const scheduled_time = formatTimestamp(addSeconds(clock.now(), seconds));
    const id = await runs.run(deployment, { state: { type: "SCHEDULED", state_details: { scheduled_time } } });
    const { db } = server.context;
    await db.write((tx) => tx.updateTable("flow_run").set({ auto_scheduled: 1 }).where("id", "=", id).execute());
    return id;
  }

  const serve = async ({ id }: TestDeployment) => {
    const asked = { deployment_ids: [id], scheduled_before: formatTimestamp(clock.now()) };
    const { status, body } = await server.call<FlowRun[]>("POST", "/deployments/get_scheduled_flow_runs", asked);
    expect(status).toBe(200);
    return body.map((run) => run.id);
  };
  const stateOf = async (id: string) => (await runs.read(id)).state_name;

  test("all start late, unless their deployment says otherwise", async () => {
    const deployment = await deploymentWith("all");
    const ids = [await planned(deployment, 100), await planned(deployment, 200)];
    await clock.advance(600);
    expect(await serve(deployment)).toEqual(ids);
  });

  test("the latest alone starts late, and a run that somebody asked for", async () => {
    const deployment = await deploymentWith("latest");
    const [first, second, latest, next] = [
      await planned(deployment, 100),
      await planned(deployment, 200),
      await planned(deployment, 300),
      await planned(deployment, 900),
    ];
    const asked = await runs.run(deployment);
    await clock.advance(600);
    expect(await serve(deployment)).toEqual([asked, latest]);
    expect(await runs.read(first)).toMatchObject({
      state_type: "CANCELLED",
      state: { message: expect.stringMatching(/^Missed: .*only the latest of them\.$/) },
    });
    expect(await stateOf(second)).toBe("Cancelled");
    expect(await stateOf(next)).toBe("Scheduled");
  });

  test("none starts late, and they do not gather while nobody serves the deployment", async () => {
    const deployment = await deploymentWith("none");
    const [missed, now] = [await planned(deployment, 100), await planned(deployment, 590)];
    await clock.advance(300);
    await cancelMissedRuns(server.context, { within() {} });
    expect(await runs.read(missed)).toMatchObject({
      state_type: "CANCELLED",
      state: { message: expect.stringMatching(/^Missed: .*no missed runs\.$/) },
    });
    await clock.advance(300);
    expect(await serve(deployment)).toEqual([now]);
  });

  test("a run that waits for a serving process to have room was not missed", async () => {
    const deployment = await deploymentWith("none");
    const id = await planned(deployment, 20);
    for (let passed = 0; passed < 300; passed += 30) {
      await clock.advance(30);
      await serve(deployment);
      await cancelMissedRuns(server.context, { within() {} });
    }
    expect(await serve(deployment)).toEqual([id]);
  });
});
