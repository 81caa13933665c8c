import { addSeconds, formatTimestamp, randomId } from "@ostinato/core";
import type { Flow, FlowRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../harness.ts";
import { lostRunsEnder } from "./lost-runs.service.ts";

const everySeconds = 15;

describeOnEachDatabase("a flow run whose process died", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  async function runningFlowRun(): Promise<string> {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: `f-${randomId()}` });
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id });
    await server.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "RUNNING" } });
    return run.id;
  }

  async function beat(id: string, labels: object = {}): Promise<void> {
    const resource = { "prefect.resource.id": `prefect.flow-run.${id}`, ...labels };
    const event = {
      id: randomId(),
      event: "prefect.flow-run.heartbeat",
      occurred: formatTimestamp(clock.now()),
      resource,
    };
    expect((await server.call("POST", "/events", [event])).status).toBe(204);
  }

  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;

  /** Lets the time go by, with the looks of a server that has just been started. */
  async function pass(seconds: number): Promise<void> {
    const look = lostRunsEnder(server.context, everySeconds);
    await look();
    for (let passed = 0; passed < seconds; passed += everySeconds) {
      await clock.advance(everySeconds);
      await look();
    }
  }

  const ownBeat = { "ostinato.heartbeat-seconds": "30" };

  test("is crashed after three intervals without a sign of life, with a message that says since when", async () => {
    const id = await runningFlowRun();
    await beat(id, ownBeat);
    await pass(90);
    expect((await read(id)).state_type).toBe("RUNNING");
    await pass(105);
    expect(await read(id)).toMatchObject({
      state_type: "CRASHED",
      state: { message: expect.stringMatching(/^No sign of life of its process since 2030-01-01T00:00:/) },
    });
  });

  test("is waited for longer when its client is known to speak less often", async () => {
    const id = await runningFlowRun();
    await beat(id);
    await clock.advance(600);
    await beat(id);
    await pass(1200);
    expect((await read(id)).state_type).toBe("RUNNING");
    await pass(1815);
    expect((await read(id)).state_type).toBe("CRASHED");
  });

  test("that was only out of reach ends as it says", async () => {
    const id = await runningFlowRun();
    await beat(id, ownBeat);
    await pass(105);
    expect((await read(id)).state_type).toBe("CRASHED");
    await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "COMPLETED" } });
    expect((await read(id)).state_type).toBe("COMPLETED");
  });

  test("which never gave a sign of life is left alone", async () => {
    const id = await runningFlowRun();
    await pass(600);
    expect((await read(id)).state_type).toBe("RUNNING");
  });

  test("is found whatever the server's clock shows, and no other is", async () => {
    const [dead, alive] = [await runningFlowRun(), await runningFlowRun()];
    await beat(dead, ownBeat);
    const look = lostRunsEnder(server.context, everySeconds);
    for (let passed = 0; passed <= 120; passed += everySeconds) {
      const direction = passed % 2 === 0 ? 3600 : -3600;
      clock.set(addSeconds(clock.now(), direction));
      await beat(alive, ownBeat);
      clock.set(addSeconds(clock.now(), -direction));
      await look();
      await clock.advance(everySeconds);
    }
    expect([(await read(dead)).state_type, (await read(alive)).state_type]).toEqual(["CRASHED", "RUNNING"]);
  });

  test("before it had begun, or while it waits for its next attempt, is found where the process had said so", async () => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "said" });
    const create = async (details: object) =>
      (
        await server.call<FlowRun>("POST", "/flow_runs/", {
          flow_id: flow.id,
          empirical_policy: { retries: 1, retry_delay: 0 },
          state: { type: "PENDING", state_details: details },
        })
      ).body.id;
    const [pending, waiting, silent] = [
      await create({ heartbeat_seconds: 30 }),
      await create({ heartbeat_seconds: 30 }),
      await create({}),
    ];
    for (const type of ["RUNNING", "FAILED"])
      await server.call("POST", `/flow_runs/${waiting}/set_state`, { state: { type } });
    expect((await read(waiting)).state_name).toBe("AwaitingRetry");
    await pass(120);
    const types = await Promise.all([pending, waiting, silent].map(async (id) => (await read(id)).state_type));
    expect(types).toEqual(["CRASHED", "CRASHED", "PENDING"]);
  });

  test("is ended once by two servers", async () => {
    const id = await runningFlowRun();
    await beat(id, ownBeat);
    const looks = [lostRunsEnder(server.context, everySeconds), lostRunsEnder(server.context, everySeconds)];
    const ended: string[] = [];
    for (let passed = 0; passed <= 120; passed += everySeconds) {
      ended.push(...(await Promise.all(looks.map((look) => look()))).flat());
      await clock.advance(everySeconds);
    }
    expect(ended.filter((one) => one === id)).toHaveLength(1);
  });
});
