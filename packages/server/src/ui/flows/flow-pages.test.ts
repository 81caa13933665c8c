import type { Dashboard, FlowPage, listFlows, ReplyOf } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

const day = 86_400;

describeOnEachDatabase("the figures of flows", (database) => {
  let server: TestServer;
  let told: Story;
  let flow: string;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock: fakeClock("2026-03-21T12:00:00Z") });
    told = story(server);
    flow = await told.flow("measured");
    const ran = (at: number, seconds: number, type = "COMPLETED", message = "") => ({
      states: [
        { type: "RUNNING", at },
        { type, at: at + seconds, message },
      ],
    });
    // One day with many short runs, and others with a long one each: a median of the days' medians is another.
    for (let index = 0; index < 17; index += 1) await told.flowRun(flow, ran(index * 60, 1 + index));
    await told.flowRun(flow, ran(2 * day, 300));
    await told.flowRun(flow, ran(4 * day, 400));
    // Paused for ten minutes, and running for four seconds.
    await told.flowRun(flow, {
      states: [
        { type: "RUNNING", at: 6 * day },
        { type: "PAUSED", at: 6 * day + 3 },
        { type: "RUNNING", at: 6 * day + 603 },
        { type: "COMPLETED", at: 6 * day + 604 },
      ],
    });
    await told.flowRun(flow, ran(7 * day, 2000, "FAILED", "an early failure"));
    await told.flowRun(flow, ran(-40 * day, 5000));
    await told.flowRun(flow, ran(10 * day, 1, "FAILED", "a late failure"));
  });
  afterAll(() => server.stop());

  // Of 20 durations: 1 2 3 4 4 5 … 17 300 400.
  const measured = { median: 9, p95: 300 };

  test("are computed from the time its completed runs were running, one and all", async () => {
    const { body: list } = await server.call<ReplyOf<typeof listFlows>>("POST", "/ui/flows/list", {});
    expect(list.results).toMatchObject([
      { flow: { name: "measured" }, counts: { COMPLETED: 20, FAILED: 2 }, ...measured },
    ]);
    const { body: page } = await server.call<FlowPage>("GET", `/ui/flows/${flow}?days=30`);
    expect(page).toMatchObject(measured);
    const { body: short } = await server.call<FlowPage>("GET", `/ui/flows/${flow}?days=15`);
    expect(short).toMatchObject({ median: 4, p95: 4 });
  });

  test("are null where no run completed", async () => {
    const { body: page } = await server.call<FlowPage>("GET", `/ui/flows/${await told.flow("empty")}`);
    expect(page).toMatchObject({ median: null, p95: null, counts: {} });
  });

  test("are of the chosen time on the dashboard, with its bars and its last failure", async () => {
    const span = { since: told.at(5 * day), until: told.at(8 * day) };
    const { body } = await server.call<Dashboard>("POST", "/ui/dashboard", span);
    expect(body.flows).toMatchObject([
      { counts: { COMPLETED: 1, FAILED: 1 }, last_failure: { message: "an early failure" } },
    ]);
    expect(body.flows[0]?.recent.map(({ state_type, duration }) => [state_type, duration])).toEqual([
      ["COMPLETED", 4],
      ["FAILED", 2000],
    ]);
  });
});
