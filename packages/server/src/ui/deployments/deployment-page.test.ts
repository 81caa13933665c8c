import { addSeconds, formatTimestamp, systemClock, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { Deployment, DeploymentPage, Flow, listDeploymentVersions, ReplyOf } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeploymentRows, deploymentRows } from "../../../test/deployment-rows.ts";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

const noon = toTimestamp("2026-03-01T12:00:00Z");
const hour = 3600;
const at = (seconds: number) => formatTimestamp(addSeconds(noon, seconds));

describeOnEachDatabase("the page of a deployment", (database) => {
  let server: TestServer;
  let rows: DeploymentRows;
  let flow: string;
  let now = noon;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock: { ...systemClock(), now: () => now } });
    rows = deploymentRows(server.context.db, noon);
    flow = await rows.flow("train");
  });
  afterAll(() => server.stop());

  async function page(id: string): Promise<DeploymentPage> {
    const reply = await server.call<DeploymentPage>("GET", `/ui/deployments/${id}`);
    expect([reply.status, reply.body]).toEqual([200, expect.anything()]);
    return reply.body;
  }

  test("says how it went, what comes next, and the next ten times of each schedule", async () => {
    const id = await rows.deployment(flow, { name: "nightly" });
    await rows.schedule(id, { cron: "0 6 * * *", timezone: "Europe/Berlin", day_or: true });
    await rows.run(id, { type: "COMPLETED", at: -3 * hour, took: 60, name: "good" });
    await rows.run(id, { type: "FAILED", at: -5 * hour, took: 10, name: "bad", message: "no rows" });
    await rows.run(id, { type: "CRASHED", at: -2 * hour, took: 5, name: "worse", message: "killed" });
    await rows.run(id, { type: "SCHEDULED", at: hour, name: "next" });
    const shown = await page(id);
    expect(shown).toMatchObject({
      deployment: { id, name: "nightly", paused: false },
      flow: { id: flow, name: "train" },
      next_run: { name: "next", at: at(hour) },
      counts: { COMPLETED: 1, FAILED: 1, CRASHED: 1 },
      p95: 60,
      last_success: { name: "good", at: at(-3 * hour + 60), duration: 60 },
      last_failure: { name: "worse", at: at(-2 * hour + 5), message: "killed" },
      problems: [],
    });
    expect(shown.recent.map(({ name }) => name)).toEqual(["bad", "good", "worse"]);
    const [schedule] = shown.schedules;
    expect(schedule?.words).toMatch(/06:00 \(Europe\/Berlin\)/);
    expect(schedule?.next).toHaveLength(10);
    expect(schedule?.next[0]).toBe(formatTimestamp(toTimestamp("2026-03-02T05:00:00Z")));
  });

  test("says what holds its runs back", async () => {
    const limitId = timeOrderedId(noon);
    const leaseId = timeOrderedId(noon);
    await server.context.db.write((tx) =>
      tx
        .insertInto("concurrency_limit")
        .values({
          id: limitId,
          created: noon,
          updated: noon,
          name: `deployment:${limitId}`,
          active: 1,
          max_slots: 1,
          slot_decay_per_second: 0,
          denied_slots: 0,
          avg_slot_occupancy_seconds: 2,
          filled: 0,
          keyed: 0,
        })
        .execute(),
    );
    const since = addSeconds(noon, -600);
    const id = await rows.deployment(flow, {
      paused: 1,
      status: "NOT_READY",
      last_polled: since,
      concurrency_limit_id: limitId,
    });
    const holder = await rows.run(id, { type: "RUNNING", at: -60, name: "holder" });
    await rows.run(id, { type: "SCHEDULED", stateName: "Late", at: -300 });
    await rows.run(id, { type: "SCHEDULED", stateName: "AwaitingConcurrencySlot", at: -200 });
    await server.context.db.write(async (tx) => {
      const lease = { id: leaseId, created: since, holder_type: "flow_run", holder_id: holder, ends_at: null };
      await tx.insertInto("concurrency_lease").values(lease).execute();
      await tx.insertInto("concurrency_slot").values({ limit_id: limitId, lease_id: leaseId, slots: 1 }).execute();
    });
    expect((await page(id)).problems).toMatchObject([
      { reason: "Nobody serves it. One run is late.", since: at(-600), holders: [] },
      {
        reason: "The only slot of its limit is taken. One run waits in line.",
        since: at(-600),
        holders: [{ flow_run_id: holder, flow_run_name: "holder" }],
      },
      { reason: "This deployment is paused: its schedules make no runs." },
    ]);
  });

  test("its history has what it said, newest first", async () => {
    const made = await server.call<Flow>("POST", "/flows/", { name: "told" });
    const body = { name: "nightly", flow_id: made.body.id, parameters: { depth: 4 }, version: "1" };
    const { body: deployment } = await server.call<Deployment>("POST", "/deployments/", body);
    now = addSeconds(noon, 60);
    const change = { parameters: { depth: 5 }, version: "2" };
    expect((await server.call("PATCH", `/deployments/${deployment.id}`, change)).status).toBe(204);
    const path = `/ui/deployments/${deployment.id}/versions`;
    const { body: versions } = await server.call<ReplyOf<typeof listDeploymentVersions>>("GET", path);
    expect(versions.count).toBe(2);
    expect(versions.results).toMatchObject([
      { version: "2", definition: { parameters: { depth: 5 } } },
      { version: "1", definition: { parameters: { depth: 4 } } },
    ]);
    const later = await server.call<ReplyOf<typeof listDeploymentVersions>>("GET", `${path}?limit=1&offset=1`);
    expect(later.body.results).toMatchObject([{ version: "1" }]);
  });

  test("of one that does not exist is not found", async () => {
    const reply = await server.call("GET", `/ui/deployments/${timeOrderedId(noon)}`);
    expect(reply).toMatchObject({ status: 404, body: { code: "DEPLOYMENT_NOT_FOUND" } });
  });
});
