import type { Flow, FlowRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";

describeOnEachDatabase("metrics", (database) => {
  let server: TestServer;
  let address: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    address = await server.listen();
  });
  afterAll(() => server.stop());

  const scrape = async () => (await server.call<string>("GET", "/metrics")).body;
  const value = (text: string, series: string) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${series} `))
        ?.split(" ")[1],
    );

  test("count what the server kept, and time its requests by route", async () => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "train" });
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id });
    for (let times = 0; times < 3; times += 1) await server.call("GET", `/flow_runs/${run.id}`);
    await server.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "RUNNING" } });
    const line = { name: "x", level: 20, message: "", timestamp: "2030-01-01T00:00:00Z", flow_run_id: run.id };
    await server.call("POST", "/logs/", [line, line]);
    const text = await scrape();
    const route = 'ostinato_http_request_duration_seconds_count{method="GET",route="/api/flow_runs/:id",status="200"}';
    expect(value(text, route)).toBe(3);
    expect(value(text, "ostinato_log_lines_total")).toBe(2);
    expect(value(text, 'ostinato_flow_run_states_total{state_type="RUNNING"}')).toBe(1);
    expect(value(text, "ostinato_events_recorded_total")).toBeGreaterThanOrEqual(2);
    expect(value(text, "ostinato_database_write_seconds_count")).toBeGreaterThanOrEqual(4);
    if (database.name === "sqlite") expect(value(text, "ostinato_commit_units_sum")).toBeGreaterThanOrEqual(4);
    expect(text).toContain("process_resident_memory_bytes");
    expect(text).not.toContain(run.id);
  });

  test("count open websockets by path", async () => {
    const series = 'ostinato_websockets{path="/ui/live"}';
    expect(value(await scrape(), series)).toBe(0);
    const page = await openTestSocket(address, "/ui/live", { protocols: [] });
    expect(value(await scrape(), series)).toBe(1);
    await page.close();
    await expect.poll(async () => value(await scrape(), series)).toBe(0);
  });
});
