import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { testPool } from "../../test/pool-harness.ts";

describeOnEachDatabase("claims of a work pool's runs", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const pool = (given: object = {}) => testPool(server, clock, given);
  const ids = (runs: readonly { readonly id: string }[]) => runs.map(({ id }) => id);

  test("a worker gets due runs as pending, with the state that is its claim, and the run names the worker", async () => {
    const { run, claim, read, setState, name } = await pool();
    const due = await run();
    await run({ at: 60 });
    const [claimed, ...others] = await claim();
    expect(others).toEqual([]);
    expect(claimed).toMatchObject({ id: due, state_type: "PENDING", work_pool_name: name, work_queue_name: "default" });
    expect((await read(due)).state_id).toBe(claimed?.state?.id);
    const rows = await server.context.db.read
      .selectFrom("flow_run")
      .select("worker_name")
      .where("id", "=", due)
      .execute();
    expect(rows).toEqual([{ worker_name: "w" }]);
    const stolen = await setState(due, { type: "RUNNING", state_details: { claim: due } });
    expect(stolen.status).toBe("ABORT");
    const own = await setState(due, { type: "RUNNING", state_details: { claim: claimed?.state?.id ?? "" } });
    expect(own.status).toBe("ACCEPT");
    expect(await claim()).toEqual([]);
  });

  test("runs come by their priority, then by that of their queue, then by their time", async () => {
    const { run, claim, queue } = await pool();
    await queue("urgent", { priority: 1 });
    const late = await run({ at: -10 });
    const later = await run({ at: -5 });
    const urgent = await run({ queue: "urgent" });
    const first = await run({ priority: -1 });
    const last = await run({ at: -60, priority: 5, queue: "urgent" });
    expect(ids(await claim(2))).toEqual([first, urgent]);
    expect(ids(await claim())).toEqual([late, later, last]);
  });

  test("only the queues that are named are looked at, and one that is missing is refused by its name", async () => {
    const { run, claim, queue, name } = await pool();
    await queue("mine");
    await run();
    const mine = await run({ queue: "mine" });
    expect(ids(await claim(10, { work_queue_names: ["mine"] }))).toEqual([mine]);
    const body = { worker_name: "w", limit: 1, work_queue_names: ["mine", "nobody's"] };
    expect(await server.call("POST", `/work_pools/${name}/claim`, body)).toMatchObject({
      status: 404,
      body: { detail: `Work pool queue '${name}/nobody's' not found.` },
    });
  });

  test("no run is given twice, however many workers ask at once", async () => {
    const { run, claim } = await pool();
    const made = await Promise.all(Array.from({ length: 20 }, () => run()));
    const claims = await Promise.all(Array.from({ length: 12 }, () => claim(3)));
    const given = claims.flatMap(ids);
    expect(given).toHaveLength(20);
    expect(new Set(given)).toEqual(new Set(made));
  });

  test.each(["the pool", "the queue"])(
    "a limit of %s lets so many start, and a run that ends lets the next one start",
    async (what) => {
      const { run, claim, change, changeQueue, setState } = await pool();
      await (what === "the pool" ? change({ concurrency_limit: 2 }) : changeQueue("default", { concurrency_limit: 2 }));
      const [first, second, third] = [await run({ at: -3 }), await run({ at: -2 }), await run({ at: -1 })];
      expect(ids(await claim())).toEqual([first, second]);
      expect(await claim()).toEqual([]);
      await setState(first, { type: "RUNNING" });
      expect(await claim()).toEqual([]);
      await setState(first, { type: "CANCELLING" });
      expect(await claim()).toEqual([]);
      await setState(first, { type: "CANCELLED" });
      expect(ids(await claim())).toEqual([third]);
    },
  );

  test("a full queue lets those of other queues start, and a pool without a slot none", async () => {
    const { run, claim, queue, changeQueue, change } = await pool();
    await queue("other");
    await changeQueue("default", { concurrency_limit: 0 });
    await run();
    const other = await run({ queue: "other" });
    expect(ids(await claim())).toEqual([other]);
    await change({ concurrency_limit: 0 });
    await run({ queue: "other" });
    expect(await claim()).toEqual([]);
  });

  test("who claims by a proposal, as Prefect's workers do, meets the same limits, and the run stays in its place", async () => {
    const { run, claim, change, setState, read, name } = await pool({ concurrency_limit: 1 });
    const [first, second] = [await run({ at: -2 }), await run({ at: -1 })];
    expect((await setState(first, { type: "PENDING" })).status).toBe("ACCEPT");
    expect(await setState(second, { type: "PENDING" })).toMatchObject({
      status: "ABORT",
      details: {
        reason: `The work pool "${name}" has no free slot: 1 of 1 are taken. The run stays scheduled and starts when one is free.`,
      },
    });
    expect(await setState(second, { type: "RUNNING" })).toMatchObject({ status: "ABORT" });
    expect(await read(second)).toMatchObject({ state_type: "SCHEDULED", state_name: "Scheduled" });
    await change({ concurrency_limit: null });
    expect(ids(await claim())).toEqual([second]);
  });

  test("a run that waits for its next attempt in its own process is nobody's, and goes on though the pool is full", async () => {
    const { run, claim, setState, poll, change } = await pool({ concurrency_limit: 1 });
    const first = await run();
    await server.call("PATCH", `/flow_runs/${first}`, { empirical_policy: { retries: 1, retry_delay: 0 } });
    await claim();
    await setState(first, { type: "RUNNING" });
    expect(await setState(first, { type: "FAILED" })).toMatchObject({ state: { name: "AwaitingRetry" } });
    await clock.advance(1);
    expect(await poll()).toEqual([]);
    expect(await claim()).toEqual([]);
    await change({ concurrency_limit: 0 });
    expect((await setState(first, { type: "RUNNING" })).status).toBe("ACCEPT");
  });

  test("a limit of the deployment sends its run into the line, and the claim takes the next that may start", async () => {
    const { run, claim, deploymentId, read } = await pool();
    await server.call("PATCH", `/deployments/${deploymentId}`, { concurrency_limit: 1 });
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "other" });
    const { body: other } = await server.call<{ id: string }>("POST", "/deployments/", {
      name: deploymentId,
      flow_id: flow.body.id,
      work_pool_name: (await read(await run({ at: -9 }))).work_pool_name,
    });
    const second = await run({ at: -8 });
    const third = await run({ at: -7, deploymentId: other.id });
    const claimed = ids(await claim(2));
    expect(claimed).toHaveLength(2);
    expect(claimed[1]).toBe(third);
    expect((await read(second)).state_name).toBe("AwaitingConcurrencySlot");
  });

  test("runs of a deployment that lets none start don't stand before the others", async () => {
    const { run, claim, deploymentId, name } = await pool();
    await server.call("PATCH", `/deployments/${deploymentId}`, { concurrency_limit: 1 });
    await server.call("PATCH", `/v2/concurrency_limits/deployment:${deploymentId}`, { limit: 0 });
    for (let n = 0; n < 12; n += 1) await run({ at: -60 });
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "free" });
    const { body: other } = await server.call<{ id: string }>("POST", "/deployments/", {
      name: deploymentId,
      flow_id: flow.body.id,
      work_pool_name: name,
    });
    const free = await run({ deploymentId: other.id });
    expect(ids(await claim(1))).toEqual([free]);
  });

  test("nothing is given of a paused pool, nor of a paused queue", async () => {
    const { run, claim, poll, change, changeQueue, queue } = await pool();
    await queue("q");
    const [inDefault, inQ] = [await run(), await run({ queue: "q" })];
    await changeQueue("q", { is_paused: true });
    expect((await poll()).map(({ flow_run }) => flow_run.id)).toEqual([inDefault]);
    expect(ids(await claim())).toEqual([inDefault]);
    await changeQueue("q", { is_paused: false });
    await change({ is_paused: true });
    expect(await poll()).toEqual([]);
    expect(await claim()).toEqual([]);
    await change({ is_paused: false });
    expect(ids(await claim())).toEqual([inQ]);
  });

  test("a pool that is deleted under its worker is refused by its name, and its runs stay scheduled", async () => {
    const { run, name, read } = await pool();
    const waiting = await run();
    await server.call("DELETE", `/work_pools/${name}`);
    const answer = await server.call("POST", `/work_pools/${name}/claim`, { worker_name: "w", limit: 1 });
    expect(answer).toMatchObject({ status: 404, body: { detail: `Work pool "${name}" not found.` } });
    expect(await read(waiting)).toMatchObject({
      state_type: "SCHEDULED",
      work_pool_name: null,
      work_queue_name: "default",
    });
  });

  test.each([
    [{ limit: 0 }, "limit"],
    [{ limit: 101 }, "limit"],
    [{ worker_name: null }, "worker_name"],
    [{ speed: 1 }, "speed"],
  ])("a claim with %j is refused, and the field is named", async (given, field) => {
    const { name } = await pool();
    expect(
      await server.call("POST", `/work_pools/${name}/claim`, { worker_name: "w", limit: 1, ...given }),
    ).toMatchObject({
      status: 422,
      body: { exception_detail: [{ loc: ["body", field] }] },
    });
  });
});
