import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomId, timeOrderedId } from "@ostinato/core";
import type { Artifact, FlowRun, RemovedCounts, ResultView, StoredResult } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { passDays, rowCounts, runMaker, wholePass } from "../../test/retention.ts";
import type { Config } from "../kernel/config.ts";
import { createRetention, type Retention } from "./retention.service.ts";

describeOnEachDatabase("retention", (underTest) => {
  let clock: FakeClock;
  let server: TestServer;
  let retention: Retention;
  let url: string;
  const started: TestServer[] = [];

  async function start(config: Partial<Config> = {}): Promise<void> {
    server = await startTestServer(url, { clock, config });
    started.push(server);
    retention = createRetention(server.context);
  }
  beforeEach(async () => {
    ({ url } = await underTest.another());
    clock = fakeClock();
    await start();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop()));
  });

  const pass = () => wholePass(retention, clock);
  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;
  const exists = async (id: string) => (await server.call("GET", `/flow_runs/${id}`)).status === 200;
  const preview = async () => (await server.call<RemovedCounts>("GET", "/admin/retention/preview")).body;

  /** Something of every kind. */
  async function makeEverything(): Promise<void> {
    const make = runMaker(server);
    const { taskRunIds } = await make.run({ tasks: 3, logs: 4 });
    await make.run({ state: "FAILED", parentTaskRunId: taskRunIds[0] ?? "", tasks: 1, logs: 1 });
    await make.endTask(null);
    await make.artifact({});
    await make.artifact({ key: "report" });
    await make.artifact({ key: "report" });
  }

  test("everything older is removed, nothing younger, and the preview announces it", async () => {
    await makeEverything();
    const young = await rowCounts(server.context.db);
    const { event = 0, event_resource = 0 } = young;
    passDays(clock, 91);
    await makeEverything();
    const announced = await preview();
    const { removed, outcome } = await pass();
    expect(outcome).toBe("complete");
    expect(removed).toEqual(announced);
    // The newest version of the day's report is another one now; the one before it was not the newest, and went.
    // The flow is the same one, and that it was made was told the first time only.
    expect(await rowCounts(server.context.db)).toEqual({
      ...young,
      event: event - 1,
      event_resource: event_resource - 1,
    });
    expect(removed).toMatchObject({ flow_runs: 2, task_runs: 5, logs: 5, results: 5, artifacts: 3 });
    expect((await pass()).removed).toEqual({ ...removed, ...zero(removed) });
  });

  test("each kind has its time", async () => {
    await makeEverything();
    passDays(clock, 15);
    const { removed } = await pass();
    expect(removed.events).toBeGreaterThan(10);
    expect({ ...removed, events: 0 }).toEqual(zero(removed));
    expect(await rowCounts(server.context.db)).toMatchObject({ event: 0, event_resource: 0, flow_run: 2, log: 5 });
  });

  test("data with the setting never stays", async () => {
    const never = {
      retentionRuns: "never",
      retentionLogs: "never",
      retentionEvents: "never",
      retentionArtifacts: "never",
      retentionResults: "never",
    } as const;
    await makeEverything();
    const before = await rowCounts(server.context.db);
    passDays(clock, 10_000);
    await start(never);
    expect(await preview()).toEqual((await pass()).removed);
    expect(await rowCounts(server.context.db)).toEqual(before);
  });

  test("runs that have not finished stay, and so do their subflows and artifacts", async () => {
    const make = runMaker(server);
    const unfinished = ["RUNNING", "PAUSED", "SCHEDULED", "CANCELLING"];
    const kept: string[] = [];
    for (const state of unfinished) {
      const { id, taskRunIds } = await make.run({ state, tasks: 1 });
      kept.push(id, (await make.run({ parentTaskRunId: taskRunIds[0] ?? "" })).id);
      await make.artifact({ flow_run_id: id });
    }
    passDays(clock, 1000);
    const { removed } = await pass();
    expect(removed).toMatchObject({ flow_runs: 0, task_runs: 0, artifacts: 0, results: 0 });
    for (const id of kept) expect(await exists(id)).toBe(true);
  });

  test("an open subflow run outlives its parent as a run of its own", async () => {
    const make = runMaker(server);
    const { id: parent, taskRunIds } = await make.run({ tasks: 2 });
    const [first = "", second = ""] = taskRunIds;
    const { id: child, taskRunIds: inner } = await make.run({ parentTaskRunId: first, tasks: 1 });
    const { id: grandchild } = await make.run({ parentTaskRunId: inner[0] ?? "" });
    const { id: late } = await make.run({ parentTaskRunId: second, state: "RUNNING" });
    passDays(clock, 100);
    expect((await preview()).flow_runs).toBe(3);
    expect((await pass()).removed.flow_runs).toBe(3);
    for (const id of [parent, child, grandchild]) expect(await exists(id)).toBe(false);
    expect(await read(late)).toMatchObject({ state_type: "RUNNING", parent_task_run_id: null });
    await make.setState(late, "COMPLETED");
    passDays(clock, 100);
    await pass();
    expect(await exists(late)).toBe(false);
  });

  test("the newest artifact of each key stays, unless it has a time too", async () => {
    const make = runMaker(server);
    await make.artifact({ key: "report", data: "old" });
    const { id } = await make.artifact({ key: "report", data: "newest" });
    const latest = () => server.call<Artifact>("GET", "/artifacts/report/latest");
    passDays(clock, 3650);
    expect((await pass()).removed.artifacts).toBe(1);
    expect((await latest()).body).toMatchObject({ id, data: "newest" });

    await start({ retentionLatestArtifacts: "365d" });
    expect((await preview()).artifacts).toBe(1);
    await pass();
    expect((await latest()).status).toBe(404);
    expect(await rowCounts(server.context.db)).toMatchObject({ artifact: 0, artifact_collection: 0 });
  });

  test("an artifact that is still written to is not old", async () => {
    const { id } = await runMaker(server).artifact({ type: "progress", data: 0.1 });
    passDays(clock, 100);
    await server.call("PATCH", `/artifacts/${id}`, { data: 0.2 });
    expect((await pass()).removed.artifacts).toBe(0);
  });

  test("the data of results is removed; previews stay, and so does the data that a resume or a cache needs", async () => {
    const make = runMaker(server);
    const stored = async (id: string) => (await server.call<StoredResult>("GET", `/results/${id}`)).body;
    const [done, failed, cached, expired] = [
      await make.run({ tasks: 1 }),
      await make.run({ tasks: 1, state: "FAILED" }),
      await make.run({ tasks: 1, result: { cache_key: "lasting" } }),
      await make.run({ tasks: 1, result: { cache_key: "short", expires: "2030-01-02T00:00:00Z" } }),
    ];
    const { resultIds: partOfFailed, taskRunIds } = await make.run({ tasks: 1, state: "FAILED" });
    const { id: child } = await make.run({ parentTaskRunId: taskRunIds[0] ?? "", tasks: 1 });
    passDays(clock, 31);
    expect((await pass()).removed.results).toBe(3);
    for (const [kept = ""] of [failed.resultIds, cached.resultIds, partOfFailed]) {
      expect(await stored(kept)).toMatchObject({ data: "[7]" });
    }
    for (const [gone = ""] of [done.resultIds, expired.resultIds]) {
      expect(await stored(gone)).toMatchObject({ data: null, format: "none", cache_key: null });
    }
    const { body } = await server.call<ResultView>("GET", `/task_runs/${done.taskRunIds[0]}/result`);
    expect(body).toMatchObject({
      preview: { value: 7 },
      reason: "Its data was removed after 30d (OSTINATO_RETENTION_RESULTS).",
    });

    // Its run goes, and the cache still has it; a newer one takes its place, and then it goes too.
    passDays(clock, 70);
    await pass();
    expect(await exists(child)).toBe(false);
    const find = () => server.call<StoredResult | null>("POST", "/results/find", { cache_key: "lasting" });
    expect((await find()).body).toMatchObject({ id: cached.resultIds[0], data: "[7]" });
    expect((await rowCounts(server.context.db)).result).toBe(1);
    const newer = await make.run({ tasks: 1, result: { cache_key: "lasting" } });
    expect((await pass()).removed.results).toBe(1);
    expect((await find()).body).toMatchObject({ id: newer.resultIds[0] });
  });

  test("a result whose data is in a store that the server cannot reach says where the data stays", async () => {
    const make = runMaker(server);
    const { id, taskRunIds } = await make.run({ tasks: 1, result: { data: null, location: "s3://bucket/results/ab" } });
    const local = await make.run({ tasks: 1, result: { data: null, location: "local:ab/ab" } });
    passDays(clock, 31);
    expect((await pass()).removed.results).toBe(2);
    const reasonOf = async (taskRunId = "") =>
      (await server.call<ResultView>("GET", `/task_runs/${taskRunId}/result`)).body.reason;
    const removed = "Its data was removed after 30d (OSTINATO_RETENTION_RESULTS).";
    expect(await reasonOf(taskRunIds[0])).toBe(
      `${removed} It stays in its store, which this server cannot reach: s3://bucket/results/ab`,
    );
    expect(await reasonOf(local.taskRunIds[0])).toBe(removed);
    expect(await exists(id)).toBe(true);
  });

  test("a result's file in the home folder is removed with the last result that names it, unless it is new", async () => {
    const home = await mkdtemp(join(tmpdir(), "ostinato-home-"));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    await start({ home });
    const shelf = join(home, "results", "ab");
    await mkdir(shelf, { recursive: true });
    const names = ["alone", "shared", "fresh"];
    const long = new Date("2029-12-31T00:00:00Z");
    for (const name of names) await writeFile(join(shelf, name), "[7]");
    for (const name of ["alone", "shared"]) await utimes(join(shelf, name), long, long);
    const fresh = new Date("2030-02-01T00:00:00Z");
    await utimes(join(shelf, "fresh"), fresh, fresh);
    const make = runMaker(server);
    for (const name of names) await make.run({ tasks: 1, result: { data: null, location: `local:ab/${name}` } });
    await make.run({ tasks: 1, result: { data: null, location: "local:../../etc" } });
    await make.run({ tasks: 1, state: "FAILED", result: { data: null, location: "local:ab/shared" } });
    passDays(clock, 31);
    await pass();
    expect((await readdir(shelf)).sort()).toEqual(["fresh", "shared"]);
    passDays(clock, 61);
    await pass();
    expect((await readdir(shelf)).sort()).toEqual(["fresh"]);
  });

  test("expired cache entries of Prefect's clients are removed", async () => {
    const { db } = server.context;
    const entry = (days: number | null) => ({
      id: randomId(),
      created: clock.now(),
      cache_key: "k",
      cache_expiration: days === null ? null : ((clock.now() + days * 86_400_000_000) as never),
      task_run_state_id: timeOrderedId(clock.now()),
    });
    await db.write((tx) =>
      tx
        .insertInto("task_run_state_cache")
        .values([entry(1), entry(3), entry(null)])
        .execute(),
    );
    passDays(clock, 2);
    expect((await preview()).cache_entries).toBe(1);
    expect((await pass()).removed.cache_entries).toBe(1);
    expect((await rowCounts(db)).task_run_state_cache).toBe(2);
  });
});

function zero(counts: RemovedCounts): RemovedCounts {
  return Object.fromEntries(Object.keys(counts).map((kind) => [kind, 0])) as RemovedCounts;
}
