import { stat } from "node:fs/promises";
import type { FlowRun, Retention as RetentionView } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { type MadeRun, passDays, rowCounts, runMaker, wholePass } from "../../test/retention.ts";
import type { Database } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import { maxRows } from "./old-runs.service.ts";
import { batches } from "./passes.service.ts";
import { createRetention } from "./retention.service.ts";

describeOnEachDatabase("removing in small steps", (underTest) => {
  let clock: FakeClock;
  let server: TestServer;
  let url: string;
  const started: TestServer[] = [];

  async function start(): Promise<TestServer> {
    const made = await startTestServer(url, { clock });
    started.push(made);
    return made;
  }
  beforeEach(async () => {
    ({ url } = await underTest.another());
    clock = fakeClock();
    server = await start();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop()));
  });

  /** More than one batch of several kinds. */
  async function makeMuch(): Promise<MadeRun> {
    const make = runMaker(server);
    const run = await make.run({ tasks: maxRows.task_runs + 3, logs: maxRows.logs + 7 });
    passDays(clock, 100);
    return run;
  }

  /** The context with its writes watched: rows that each unit took away, and what happens before each. */
  function watched(before: (unit: number) => Promise<void> | void = () => {}) {
    const units: number[] = [];
    const { db } = server.context;
    const write: Database["write"] = async (work, options) => {
      await before(units.length);
      const rows = async () => Object.values(await rowCounts(db)).reduce((sum, count) => sum + count, 0);
      const had = await rows();
      const value = await db.write(work, options);
      units.push(had - (await rows()));
      return value;
    };
    const context: Context = { ...server.context, db: { ...db, write } };
    return { units, retention: createRetention(context) };
  }

  test("no unit of work exceeds its share, and others write between two units", async () => {
    await makeMuch();
    const { id } = await runMaker(server).run({ state: "RUNNING" });
    let between = 0;
    const { units, retention } = watched(async () => {
      const reply = await server.call("POST", `/flow_runs/${id}/set_state`, {
        state: { type: "RUNNING" },
        force: true,
      });
      expect(reply.status).toBeLessThan(300);
      between += 1;
    });
    const { outcome, removed } = await wholePass(retention, clock);
    expect(outcome).toBe("complete");
    expect(removed.task_runs).toBe(maxRows.task_runs + 3);
    expect(between).toBeGreaterThanOrEqual(6);
    // An event has a row for each of the three things that it names, a task run two states, values and a result.
    const largest = Math.max(batches.events * 4, maxRows.logs + maxRows.results + 4 * maxRows.task_runs);
    expect(Math.max(...units)).toBeLessThanOrEqual(largest);
    expect(Math.max(...units)).toBeGreaterThan(0);
  });

  test("a pass over young data runs no long query", async () => {
    const make = runMaker(server);
    await make.run({ tasks: 2, logs: 2 });
    await make.endTask(null);
    await make.artifact({});
    let asked = 0;
    const { db } = server.context;
    const watchedDb = Object.defineProperty({ ...db }, "slow", {
      get() {
        asked += 1;
        return db.slow;
      },
    });
    const retention = createRetention({ ...server.context, db: watchedDb });
    const { outcome, removed } = await wholePass(retention, clock);
    expect([outcome, asked]).toEqual(["complete", 0]);
    expect(Object.values(removed).every((rows) => rows === 0)).toBe(true);
    passDays(clock, 100);
    expect((await wholePass(retention, clock)).removed).toMatchObject({ flow_runs: 1, task_runs: 3, artifacts: 1 });
  });

  test("a run that is restarted during the pass stays", async () => {
    const { id } = await makeMuch();
    const { retention } = watched(async (unit) => {
      if (unit === 4)
        await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "SCHEDULED" }, force: true });
    });
    const { removed } = await wholePass(retention, clock);
    expect(removed.flow_runs).toBe(0);
    const { body } = await server.call<FlowRun>("GET", `/flow_runs/${id}`);
    expect(body.state_type).toBe("SCHEDULED");
  });

  test("a server that stops interrupts it after the current step, and the next pass finishes it", async () => {
    const { id } = await makeMuch();
    const { units, retention } = watched((unit) => {
      if (unit === 3) void retention.stop();
    });
    const first = await wholePass(retention, clock);
    expect(first).toMatchObject({ outcome: "interrupted", error: null });
    expect(units).toHaveLength(4);
    expect((await server.call("GET", `/flow_runs/${id}`)).status).toBe(200);
    await wholePass(createRetention(server.context), clock);
    expect((await server.call("GET", `/flow_runs/${id}`)).status).toBe(404);
    expect(await rowCounts(server.context.db)).toMatchObject({ task_run: 0, task_run_state: 0, log: 0, result: 0 });
  });

  test("two servers at once remove everything once", async () => {
    await makeMuch();
    const other = await start();
    const before = await server.call("GET", "/admin/retention/preview");
    const both = [server, other].map(({ context }) => createRetention(context));
    const passes = await Promise.all(both.map((retention) => wholePass(retention, clock)));
    expect(passes.map(({ outcome }) => outcome)).toContain("complete");
    expect(passes.map(({ outcome }) => outcome)).not.toContain("failed");
    const sum = (kind: "logs" | "events" | "task_runs") => passes[0]?.removed[kind] ?? 0;
    const total = (kind: "logs" | "events" | "task_runs") => sum(kind) + (passes[1]?.removed[kind] ?? 0);
    expect(before.body).toMatchObject({
      logs: total("logs"),
      events: total("events"),
      task_runs: total("task_runs"),
    });
    expect(await rowCounts(server.context.db)).toMatchObject({ flow_run: 0, task_run: 0, log: 0, event: 0 });
  });

  test("can be started and watched through the API, and every server knows of it", async () => {
    await makeMuch();
    const read = async (of: TestServer) => (await of.call<RetentionView>("GET", "/admin/retention")).body;
    expect(await read(server)).toMatchObject({ running: false, last: null });
    const reply = await server.call<RetentionView>("POST", "/admin/retention/run", { confirmed: true });
    expect(reply).toMatchObject({ status: 202, body: { running: true } });
    while ((await read(server)).running) await clock.advance(1);
    const { last, rules, database_size_bytes } = await read(server);
    expect(last).toMatchObject({ outcome: "complete", removed: { flow_runs: 1 } });
    expect(rules).toContainEqual(
      expect.objectContaining({ kind: "runs", kept: "90d", seconds: 7_776_000, variable: "OSTINATO_RETENTION_RUNS" }),
    );
    expect(database_size_bytes).toBeGreaterThan(0);
    expect((await read(await start())).last).toEqual(last);
  });

  test("Prometheus metrics count it", async () => {
    const text = async () => (await server.call<string>("GET", "/metrics")).body;
    expect(await text()).toContain("ostinato_retention_last_pass_timestamp_seconds 0");
    await makeMuch();
    const isRunning = async () => (await server.call<RetentionView>("GET", "/admin/retention")).body.running;
    void server.call("POST", "/admin/retention/run", { confirmed: true });
    await expect.poll(isRunning, { interval: 1 }).toBe(true);
    while (await isRunning()) await clock.advance(1);
    expect(await text()).toContain('ostinato_retention_removed_total{kind="flow_runs"} 1');
    expect(await text()).toMatch(/ostinato_retention_last_pass_timestamp_seconds 1902\d+/);
    expect(await text()).toMatch(/ostinato_database_size_bytes [1-9]\d+/);
    expect(await text()).toContain("ostinato_retention_pass_seconds_count 1");
  });

  if (underTest.name === "sqlite") {
    test("the file becomes smaller", async () => {
      const { db } = server.context;
      const file = url.replace("sqlite://", "");
      const message = "x".repeat(50_000);
      const line = { name: "x", level: 20, message, timestamp: "2030-01-01T00:00:00Z" };
      await server.call("POST", "/logs/", Array(200).fill(line));
      const size = async () => {
        await db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return (await stat(file)).size;
      };
      const before = await size();
      expect(before).toBeGreaterThan(10_000_000);
      passDays(clock, 100);
      const { bytes_given_back } = await wholePass(createRetention(server.context), clock);
      expect(bytes_given_back).toBeGreaterThan(8_000_000);
      expect(await size()).toBe(before - bytes_given_back);
      expect(await db.giveBackSpace(64)).toBe(0);
    });
  }
});
