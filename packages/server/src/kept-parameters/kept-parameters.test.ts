import type { FlowRun } from "@ostinato/protocol";
import { keptParametersLimitBytes } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("kept parameters of flow runs", (database) => {
  let server: TestServer;
  let flowId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flowId = (await server.call<{ id: string }>("POST", "/flows/", { name: "keep" })).body.id;
  });
  afterAll(() => server.stop());

  async function create(kept?: object): Promise<string> {
    const given = { flow_id: flowId, parameters: { day: "2026-03-01" }, ...(kept ? { kept_parameters: kept } : {}) };
    return (await server.call<FlowRun>("POST", "/flow_runs/", given)).body.id;
  }
  const read = (id: string) => server.call("GET", `/flow_runs/${id}/kept_parameters`);
  const dates = {
    format: "devalue",
    data: '[{"day":1},["Date","2026-03-01T00:00:00.000Z"]]',
    checked: true,
    reason: null,
  };

  test("are read as they were kept, and there are none where nothing was", async () => {
    expect(await read(await create(dates))).toMatchObject({ status: 200, body: dates });
    expect(await read(await create())).toMatchObject({ status: 200, body: null });
    expect(await read(crypto.randomUUID())).toMatchObject({ status: 404 });
  });

  test("are forgotten when the run gets other parameters, and go with the run", async () => {
    const id = await create(dates);
    await server.call("PATCH", `/flow_runs/${id}`, { name: "renamed" });
    expect(await read(id)).toMatchObject({ body: dates });
    await server.call("PATCH", `/flow_runs/${id}`, { parameters: { day: "tomorrow" } });
    expect(await read(id)).toMatchObject({ status: 200, body: null });
    const other = await create(dates);
    expect((await server.call("DELETE", `/flow_runs/${other}`)).status).toBe(204);
    expect(await read(other)).toMatchObject({ status: 404 });
  });

  test("that take too much are not kept, and the run is created all the same", async () => {
    const id = await create({ ...dates, data: "x".repeat(keptParametersLimitBytes + 1) });
    expect(await read(id)).toMatchObject({
      body: { format: "none", data: null, reason: expect.stringContaining(`${keptParametersLimitBytes + 1} bytes`) },
    });
  });
});
