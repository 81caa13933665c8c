import { formatTimestamp, randomId } from "@ostinato/core";
import type { Flow, FlowRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../harness.ts";
import { endLostRuns } from "./heartbeats.service.ts";

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

  const lookForLostRuns = () => endLostRuns(server.context);
  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;

  test("is crashed after three intervals without a sign of life, with a message that says since when", async () => {
    const id = await runningFlowRun();
    await beat(id, { "ostinato.heartbeat-seconds": "30" });
    clock.set((clock.now() + 80_000_000) as never);
    await lookForLostRuns();
    expect((await read(id)).state_type).toBe("RUNNING");
    clock.set((clock.now() + 20_000_000) as never);
    await lookForLostRuns();
    expect(await read(id)).toMatchObject({
      state_type: "CRASHED",
      state: { message: expect.stringMatching(/^No sign of life of its process since 2030-01-01T00:00:/) },
    });
  });

  test("is waited for longer when its client is known to speak less often", async () => {
    const id = await runningFlowRun();
    await beat(id);
    clock.set((clock.now() + 600_000_000) as never);
    await beat(id);
    clock.set((clock.now() + 1_200_000_000) as never);
    await lookForLostRuns();
    expect((await read(id)).state_type).toBe("RUNNING");
    clock.set((clock.now() + 601_000_000) as never);
    await lookForLostRuns();
    expect((await read(id)).state_type).toBe("CRASHED");
  });

  test("that was only out of reach ends as it says", async () => {
    const id = await runningFlowRun();
    await beat(id, { "ostinato.heartbeat-seconds": "30" });
    clock.set((clock.now() + 3_600_000_000) as never);
    await lookForLostRuns();
    expect((await read(id)).state_type).toBe("CRASHED");
    await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "COMPLETED" } });
    expect((await read(id)).state_type).toBe("COMPLETED");
  });

  test("which never gave a sign of life is left alone", async () => {
    const id = await runningFlowRun();
    clock.set((clock.now() + 86_400_000_000) as never);
    await lookForLostRuns();
    expect((await read(id)).state_type).toBe("RUNNING");
  });
});
