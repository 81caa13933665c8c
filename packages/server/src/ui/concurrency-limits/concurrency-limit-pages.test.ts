import { formatTimestamp, microsPerSecond, toTimestamp } from "@ostinato/core";
import {
  type ConcurrencyLimitPage,
  type LimitRow,
  limitKinds,
  type listConcurrencyLimits,
  type NewConcurrencyLimit,
  type ReplyOf,
  type SlotLease,
} from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

type List = ReplyOf<typeof listConcurrencyLimits>;

describeOnEachDatabase("the pages of limits", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let flowId: string;
  let deploymentId: string;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    await limit("database", { limit: 2 });
    await limit("api", { limit: 5, slot_decay_per_second: 0.5 });
    await limit("zebra", { limit: 1, active: false });
    await make("/concurrency_limits/", { tag: "gpu", concurrency_limit: 1 });
    await take("task:load:customer-7", { keyed: { limit: 3 } });
    flowId = (await make<{ id: string }>("/flows/", { name: "train" })).id;
    const deployment = { flow_id: flowId, name: "nightly", concurrency_limit: 1, enforce_parameter_schema: false };
    deploymentId = (await make<{ id: string }>("/deployments/", deployment)).id;
  });
  afterAll(() => server.stop());

  async function make<T>(path: string, body: object): Promise<T> {
    const reply = await server.call<T>("POST", path, body);
    expect([path, reply.status, reply.body]).toEqual([path, expect.toBeOneOf([200, 201]), reply.body]);
    return reply.body;
  }
  const limit = (name: string, given: object) =>
    make<NewConcurrencyLimit>("/v2/concurrency_limits/", { name, ...given });
  const take = async (name: string, more: object = {}) =>
    server.call<SlotLease>("POST", "/v2/concurrency_limits/increment-with-lease", { names: [name], slots: 1, ...more });
  const list = async (body: object = {}) => (await server.call<List>("POST", "/ui/concurrency_limits/list", body)).body;
  const page = async (name: string) =>
    (await server.call<ConcurrencyLimitPage>("GET", `/ui/concurrency_limits/${encodeURIComponent(name)}`)).body;
  const flowRun = (name: string, more: object = {}) =>
    make<{ id: string }>("/flow_runs/", { flow_id: flowId, name, state: { type: "PENDING" }, ...more });
  const names = (rows: readonly LimitRow[]) => rows.map(({ name }) => name);
  /** The clock goes on by microseconds by itself. */
  const seconds = (moment: string | null | undefined) =>
    typeof moment === "string" ? Math.round(toTimestamp(moment) / microsPerSecond) : undefined;
  const now = () => Math.round(clock.now() / microsPerSecond);
  const waiter = (last: number) => `01a1ffcc-addd-7f39-ab35-${String(last).padStart(12, "0")}`;

  test("no kinds find nothing", async () => {
    expect(await list({ kinds: [] })).toMatchObject({ results: [], count: 0 });
  });

  test("one list has limits of all kinds by name, counted by kind", async () => {
    const { results, count, kinds } = await list();
    expect(names(results)).toEqual([
      "api",
      "database",
      `deployment:${deploymentId}`,
      "tag:gpu",
      "task:load:customer-7",
      "zebra",
    ]);
    expect({ count, kinds }).toEqual({ count: 6, kinds: { global: 3, tag: 1, deployment: 1, key: 1 } });
    expect(results.map(({ kind }) => kind)).toEqual(["global", "global", "deployment", "tag", "key", "global"]);
    expect(results[2]?.deployment).toEqual({ id: deploymentId, name: "nightly", flow_name: "train" });
    expect(results[5]).toMatchObject({ active: false, limit: 1, active_slots: 0, full_since: null });
  });

  test("it is narrowed by name and kind, and read page by page", async () => {
    expect(names((await list({ text: "DATA" })).results)).toEqual(["database"]);
    for (const kind of limitKinds) {
      const { results, count } = await list({ kinds: [kind] });
      expect(results.map((row) => row.kind)).toEqual(results.map(() => kind));
      expect(count).toBe(results.length);
    }
    const pages = [await list({ limit: 4 }), await list({ limit: 4, offset: 4 })];
    expect(pages.flatMap(({ results }) => names(results))).toEqual(names((await list()).results));
    expect(pages.map(({ count }) => count)).toEqual([6, 6]);
    expect((await list({ text: "100%_" })).results).toEqual([]);
  });

  test("a full limit says since when, how many wait and how long, and only those are asked for where it is said so", async () => {
    const holders = [await flowRun("first"), await flowRun("second")];
    for (const { id } of holders) {
      await take("database", { holder: { type: "flow_run", id } });
      await clock.advance(60);
    }
    const lastTaken = now() - 60;
    const { limit: full } = await page("database");
    expect(full).toMatchObject({ active_slots: 2, waiting: 0, waiting_since: null });
    expect(seconds(full.full_since)).toBe(lastTaken);
    const asked = now();
    expect((await take("database", { waiter_id: waiter(1) })).status).toBe(423);
    await clock.advance(5);
    expect((await take("database", { waiter_id: waiter(2) })).status).toBe(423);
    const { results } = await list({ awaited: true });
    expect(results).toMatchObject([{ name: "database", waiting: 2 }]);
    expect([seconds(results[0]?.waiting_since), seconds(results[0]?.full_since)]).toEqual([asked, lastTaken]);
    expect((await page("database")).waiting).toHaveLength(2);
  });

  test("slots that change hands do not hide since when none has been free", async () => {
    await limit("changes hands", { limit: 1 });
    const { body } = await take("changes hands");
    await clock.advance(30);
    const asked = now();
    await take("changes hands", { waiter_id: waiter(11) });
    await clock.advance(1);
    await take("changes hands", { waiter_id: waiter(12) });
    await clock.advance(1);
    await server.call("POST", "/v2/concurrency_limits/decrement-with-lease", { lease_id: body.lease_id });
    await clock.advance(2);
    expect((await take("changes hands", { waiter_id: waiter(11) })).status).toBe(200);
    const { limit: row } = await page("changes hands");
    expect(row).toMatchObject({ active_slots: 1, waiting: 1 });
    expect(seconds(row.full_since)).toBe(asked + 1);
  });

  test("a rate says when all of its slots are free again", async () => {
    await limit("slow", { limit: 4, slot_decay_per_second: 0.1 });
    expect((await page("slow")).limit).toMatchObject({ active_slots: 0, empty_at: null, full_since: null });
    const taken = now();
    await make("/v2/concurrency_limits/increment", { names: ["slow"], slots: 4, mode: "rate_limit" });
    await clock.advance(5);
    const { limit: full } = await page("slow");
    expect([full.active_slots, seconds(full.empty_at), seconds(full.full_since)]).toEqual([4, taken + 40, taken]);
    await clock.advance(6);
    expect((await page("slow")).limit).toMatchObject({ active_slots: 3, full_since: null });
  });

  test("holders have a lease that ends, a state, and a name where they are known", async () => {
    await limit("holders", { limit: 5 });
    const run = await flowRun("holds");
    const task = await make<{ id: string }>("/task_runs/", {
      flow_run_id: run.id,
      task_key: "load-1",
      dynamic_key: "0",
      name: "load-0",
      state: { type: "RUNNING", name: "Running" },
    });
    const gone = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
    await take("holders", { holder: { type: "flow_run", id: run.id }, lease_duration: 90 });
    await clock.advance(1);
    await take("holders", { holder: { type: "task_run", id: task.id }, slots: 2 });
    await clock.advance(1);
    await take("holders", { holder: { type: "flow_run", id: gone } });
    await clock.advance(1);
    const byName = { names: ["holders"], slots: 1 };
    await make("/v2/concurrency_limits/increment", byName);
    const { holders, holder_count, limit: row } = await page("holders");
    expect([row.active_slots, holder_count]).toEqual([5, 4]);
    expect(holders).toMatchObject([
      { flow_run_id: run.id, flow_run_name: "holds", state_type: "PENDING", task_run_id: null, slots: 1 },
      { flow_run_name: "holds", task_run_id: task.id, task_run_name: "load-0", state_type: "RUNNING", slots: 2 },
      { flow_run_id: null, flow_run_name: null, state_type: null, holder: { type: "flow_run", id: gone } },
      { flow_run_id: null, holder: null, lease_ends: null },
    ]);
    expect(seconds(holders[0]?.lease_ends)).toBe(now() + 90);
  });

  test("runs that wait for their deployment stand in the line of its limit", async () => {
    const name = `deployment:${deploymentId}`;
    const runs: { id: string }[] = [];
    for (const each of ["one", "two"]) {
      const due = {
        type: "SCHEDULED",
        name: "Scheduled",
        state_details: { scheduled_time: formatTimestamp(clock.now()) },
      };
      runs.push(await flowRun(each, { deployment_id: deploymentId, state: due }));
      await clock.advance(1);
    }
    for (const { id } of runs) {
      await make(`/flow_runs/${id}/set_state`, { state: { type: "PENDING", name: "Pending" } });
      await clock.advance(1);
    }
    const { limit: row, holders, waiting, deployments } = await page(name);
    expect(row).toMatchObject({ kind: "deployment", active_slots: 1, waiting: 1 });
    expect(holders).toMatchObject([{ flow_run_id: runs[0]?.id, flow_run_name: "one" }]);
    expect(waiting).toMatchObject([{ flow_run_id: runs[1]?.id, flow_run_name: "two" }]);
    expect(deployments).toEqual([{ id: deploymentId, name: "nightly", flow_name: "train" }]);
    expect(names((await list({ awaited: true, kinds: ["deployment"] })).results)).toEqual([name]);
  });

  test.each([
    { body: { kinds: ["other"] }, says: "kinds" },
    { body: { limit: 0 }, says: "limit" },
    { body: { offset: -1 }, says: "offset" },
    { body: { text: "x".repeat(201) }, says: "text" },
  ])("refuses $says that can't be", async ({ body, says }) => {
    const reply = await server.call<object>("POST", "/ui/concurrency_limits/list", body);
    expect(reply.status).toBe(422);
    expect(JSON.stringify(reply.body)).toContain(says);
  });
});
