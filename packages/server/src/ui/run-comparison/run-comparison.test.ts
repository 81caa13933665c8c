import type { FlowRun, RunComparison } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

describeOnEachDatabase("two runs beside each other", (database) => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  let server: TestServer;
  let flowId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock });
    flowId = (await server.call<{ id: string }>("POST", "/flows/", { name: "train" })).body.id;
  });
  afterAll(() => server.stop());

  const force = (path: string, type: string) =>
    server.call("POST", `${path}/set_state`, { state: { type }, force: true });
  const runOf = async (parameters: object, tasks: readonly (readonly [string, number, string])[]) => {
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flowId, parameters });
    await force(`/flow_runs/${run.id}`, "RUNNING");
    for (const [name, seconds, end] of tasks) {
      const keys = { task_key: `${name.replace(/-\d+$/, "")}-1a2b3c4d`, dynamic_key: name };
      const { body } = await server.call<{ id: string }>("POST", "/task_runs/", { flow_run_id: run.id, name, ...keys });
      await force(`/task_runs/${body.id}`, "RUNNING");
      await clock.advance(seconds);
      await force(`/task_runs/${body.id}`, end);
    }
    return run.id;
  };

  test("have their tasks by name, with how long they took, and null where only one has a task", async () => {
    const a = await runOf({ depth: 6 }, [
      ["load-0", 1, "COMPLETED"],
      ["fit-0", 2, "COMPLETED"],
      ["fit-1", 3, "FAILED"],
    ]);
    const b = await runOf({ depth: 8 }, [
      ["load-0", 4, "COMPLETED"],
      ["tell-0", 1, "COMPLETED"],
    ]);
    const { status, body } = await server.call<RunComparison>("GET", `/ui/flow_runs/${a}/comparison/${b}`);
    expect(status).toBe(200);
    expect([body.a.parameters, body.b.parameters]).toEqual([{ depth: 6 }, { depth: 8 }]);
    // The clock of the test moves by a microsecond whenever it is read.
    const whole = (seconds: number | null | undefined) => seconds && Math.round(seconds);
    expect(body.tasks.map(({ name, a, b }) => [name, a?.count, whole(a?.took), b?.count, whole(b?.took)])).toEqual([
      ["load", 1, 1, 1, 4],
      ["fit", 2, 5, undefined, undefined],
      ["tell", undefined, undefined, 1, 1],
    ]);
    expect(body.tasks[1]?.a?.states).toEqual({ COMPLETED: 1, FAILED: 1 });
  });

  test("are both needed", async () => {
    const a = await runOf({}, []);
    const missing = "00000000-0000-4000-8000-000000000000";
    expect((await server.call("GET", `/ui/flow_runs/${a}/comparison/${missing}`)).status).toBe(404);
    expect((await server.call("GET", `/ui/flow_runs/${a}/comparison/nonsense`)).status).toBe(422);
  });
});
