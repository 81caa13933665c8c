import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { rowCounts, runMaker } from "../../test/retention.ts";
import { unit } from "../kernel/unit.ts";
import { leaveLeftovers } from "./run-leftovers.service.ts";

describeOnEachDatabase("what a deleted run leaves", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const follow = () => server.tick("consumer run-leftovers");
  const left = async () => {
    const { log, result, artifact } = await rowCounts(server.context.db);
    return { log, result, artifact };
  };

  test("goes after the commit, where the server ends before it has removed it", async () => {
    const make = runMaker(server);
    const run = await make.run({ tasks: 3, logs: 2500 });
    const other = await make.run({ tasks: 1, logs: 1 });
    expect(await left()).toMatchObject({ log: 2501, result: 4 });
    // As much of a deletion as one that is killed after its commit has done.
    await unit(server.context, async (unit) => {
      await unit.tx.deleteFrom("flow_run").where("id", "=", run.id).execute();
      leaveLeftovers(unit, "flow-run", run.id);
    });
    await follow();
    expect(await left()).toMatchObject({ log: 1, result: 1 });
    expect((await server.call("GET", `/flow_runs/${other.id}`)).status).toBe(200);
  });

  test("is gone when a deletion is answered, and what follows finds nothing to do", async () => {
    const run = await runMaker(server).run({ tasks: 2, logs: 5 });
    const [taskRunId] = run.taskRunIds;
    const before = await left();
    expect((await server.call("DELETE", `/task_runs/${taskRunId}`)).status).toBe(204);
    expect((await left()).result).toBe(Number(before.result) - 1);
    expect((await server.call("DELETE", `/flow_runs/${run.id}`)).status).toBe(204);
    const after = await left();
    expect(after.log).toBe(Number(before.log) - 5);
    await follow();
    expect(await left()).toEqual(after);
    const rows = await server.context.db.read.selectFrom("failed_delivery").select("reason").execute();
    expect(rows).toEqual([]);
  });

  test("is left to another server by one that doesn't listen", async () => {
    const listening = await startTestServer(database.url);
    await listening.listen();
    const run = await runMaker(server).run({ logs: 3 });
    const before = await left();
    await unit(server.context, async (unit) => leaveLeftovers(unit, "flow-run", run.id));
    await expect.poll(async () => (await left()).log, { timeout: 15_000 }).toBe(Number(before.log) - 3);
    await listening.stop();
  });
});
