import { systemClock, toTimestamp } from "@ostinato/core";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { fillWithHistory, historyIds } from "@ostinato/testing/history";
import { type CompiledQuery, type Kysely, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { waitingCleanUps } from "../clean-ups/clean-ups.queries.ts";
import { placeInLine } from "../concurrency-limits/line.queries.ts";
import type { Database } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";
import { isNoteDue } from "../deployments/readiness.queries.ts";
import { nextDue } from "../deployments/schedules.queries.ts";
import { readGraph } from "../flow-run-graph/flow-run-graph.service.ts";
import { dueRuns } from "../flow-runs/due-runs.queries.ts";
import * as listedRuns from "../flow-runs/flow-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { missedRuns } from "../overdue/missed.queries.ts";
import * as overdue from "../overdue/overdue.queries.ts";
import * as silentClaims from "../overdue/silent-claims.queries.ts";
import { createRetention } from "../retention/retention.service.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import { placeOfQueue, runsHoldingSlots } from "../waiting/place.queries.ts";
import { nextDueTimes, stoppingRuns } from "../waking/waking.queries.ts";
import { countHolders, holdersIn } from "../work-pools/concurrency-status.queries.ts";
import { dueInTier, dueTiers } from "../work-pools/due-runs.queries.ts";
import { poolsByIds } from "../work-pools/work-pools.queries.ts";
import { lastChange, standingOf } from "../work-pools/work-pools.service.ts";
import { takenByQueue } from "../work-queues/pool-places.queries.ts";
import { queueById } from "../work-queues/work-queues.queries.ts";
import * as poolWakes from "../worker-channel/pool-wakes.queries.ts";
import * as automations from "./automations/automation-pages.service.ts";
import { endedSince, failedRuns } from "./background-tasks/background-tasks-page.queries.ts";
import { linesOfDeployments } from "./concurrency-limits/limit-rows.queries.ts";
import { runsInLine } from "./concurrency-limits/slot-users.queries.ts";
import { dashboard } from "./dashboard/dashboard.service.ts";
import { figuresOf } from "./deployments/deployment-figures.service.ts";
import * as deployments from "./deployments/deployment-list.service.ts";
import * as events from "./events/event-list.service.ts";
import { flowRunPage } from "./flow-run/flow-run-page.service.ts";
import { readTimeline } from "./flow-run/timeline.service.ts";
import * as flows from "./flows/flow-pages.service.ts";
import { logWindow } from "./logs/log-window.service.ts";
import { openQuestions, questionPage } from "./questions/questions.service.ts";
import * as flowRuns from "./runs/flow-run-list.service.ts";
import { rowCounts } from "./settings/server-page.queries.ts";
import { taskRunPage } from "./task-run/task-run-page.service.ts";
import * as listedTaskRuns from "./task-runs/task-run-list.service.ts";
import { figuresOfQueues, holdersOfQueues } from "./work-pools/place-figures.queries.ts";
import * as workPools from "./work-pools/work-pool-list.service.ts";

const end = new Date("2030-01-31T00:00:00Z");
const now = toTimestamp(end.toISOString());

/**
 * What a page asks may not grow with the number of runs: the databases tell how they find the rows. PostgreSQL would read small
 * tables from end to end, and is told that this costs much.
 */
describeOnEachDatabase("what is asked of many runs", (database) => {
  let server: TestServer;
  const asked: CompiledQuery[] = [];
  let context: Context;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const { db } = server.context;
    const size = {
      flows: 5,
      flowRuns: 2000,
      taskRuns: 10_000,
      logs: 1000,
      events: 100,
      artifacts: 100,
      deployments: 200,
    };
    await fillWithHistory({ kind: db.kind, run: (statement) => db.execute(statement) }, size, end);
    const clock = { ...systemClock(), now: () => now };
    context = { ...server.context, clock, db: recorded(server.context.db, asked) };
  });
  afterAll(() => server.stop());

  const run = historyIds.flowRun(7);
  const body = { limit: 50, count: true };
  const range = { since: now / 1_000_000 - 86_400, until: now / 1_000_000 };

  const lists: [string, () => Promise<unknown>][] = [
    ["the list of runs", () => flowRuns.list(context, { limit: 50 })],
    ["a later page of it", () => flowRuns.list(context, { limit: 50, cursor: laterPage("START_TIME_DESC") })],
    ["the list by end", () => flowRuns.list(context, { limit: 50, sort: "END_TIME_DESC" })],
    ["the list by name", () => flowRuns.list(context, { limit: 50, sort: "NAME_ASC" })],
    ["the list of a flow", () => flowRuns.list(context, { ...body, flows: { id: { any_: [historyIds.flow(2)] } } })],
  ];
  const expected = laterPage("EXPECTED_START_TIME_DESC");
  const taskLists: [string, () => Promise<unknown>][] = [
    ["the list of task runs", () => listedTaskRuns.list(context, { limit: 50 })],
    ["a later page of it", () => listedTaskRuns.list(context, { limit: 50, cursor: expected })],
    ["the list of task runs by end", () => listedTaskRuns.list(context, { limit: 50, sort: "END_TIME_DESC" })],
    ["the list of task runs by name", () => listedTaskRuns.list(context, { limit: 50, sort: "NAME_ASC" })],
  ];
  const pages: [string, () => Promise<unknown>][] = [
    ["the dashboard", () => dashboard(context, range)],
    ["the dashboard without subflows", () => dashboard(context, { ...range, subflows: false })],
    ["what runs ask of people", () => openQuestions(context, { tags: [], flowIds: [] }, 20)],
    ["a question of a run", () => questionPage(context, run, null)],
    ["the page of a run", () => flowRunPage(context, run)],
    ["its timeline", () => readTimeline(context, run)],
    ["the page of a task run", () => taskRunPage(context, historyIds.taskRun(70))],
    ["logs at the error", () => logWindow(context, { flow_run_id: run, anchor: "first-error" })],
    ["logs at the end", () => logWindow(context, { flow_run_id: run, anchor: "tail" })],
    ["the flows", () => flows.list(context, {})],
    ["a flow", () => flows.page(context, historyIds.flow(2), 30)],
    ["the deployments", () => deployments.list(context, {})],
    ["the deployments by their next run", () => deployments.list(context, { sort: "NEXT_RUN_ASC" })],
    ["the work pools", () => workPools.list(context, {})],
    ["the automations", () => automations.list(context, {})],
    ["the events", () => events.list(context, { asked: { since: range.since } })],
    ["the events of some names", () => events.list(context, { asked: { types: ["prefect.task-run.Completed"] } })],
    ["the events of a resource", () => events.list(context, { asked: { resource: `prefect.flow-run.${run}` } })],
    ["how many events there are", () => events.counts(context, { asked: {}, edges: [range.since, range.until] })],
    ["the deployments by their last run", () => deployments.list(context, { sort: "LAST_RUN_DESC" })],
  ];

  const due = { before: now, limit: 200 };
  const interval = { history_start: range.since, history_end: range.until, history_interval_seconds: 3600 };
  const calls: [string, () => Promise<unknown>][] = [
    ["the newest runs", () => listedRuns.filter(context, { sort: "START_TIME_DESC" })],
    ["runs with a part of a name", () => listedRuns.filter(context, { flow_runs: { name: { like_: "run-19" } } })],
    ["failed runs", () => listedRuns.count(context, { flow_runs: { state: { type: { any_: ["FAILED"] } } } })],
    ["the history of flow runs", () => listedRuns.history(context, interval)],
    ["the history of task runs", () => taskRuns.history(context, interval)],
    ["failed task runs", () => taskRuns.count(context, { task_runs: { state: { type: { any_: ["FAILED"] } } } })],
    ["the graph of a run", () => readGraph(context, run, {})],
    ["the list of background runs", () => listedTaskRuns.list(context, { limit: 50, background: true })],
    ["background runs that have ended", () => endedSince(context.db.slow, now)],
    ["background runs that failed", () => failedRuns(context.db.slow, undefined, { since: now, limit: 50 })],
    ["concurrency limits of deployments with their lines", () => linesOfDeployments(context.db.read, [run])],
    ["runs in the line of a limit", () => runsInLine(context.db.read, run, 50)],
    ["runs that are late", () => overdue.lateRuns(context.db.read, now, 400)],
    ["pauses that are over", () => overdue.expiredPauses(context.db.slow, now, 400)],
    ["runs that expire", () => overdue.unstartedRuns(context.db.read, { deploymentId: run, before: now }, 400)],
    ["runs that were missed", () => missedRuns(context.db.read, { deploymentId: run, since: now, now }, 400)],
    ["subflows of cancelled runs", () => overdue.leftSubflows(context.db.slow, 400)],
    ["claims of who serves deployments", () => silentClaims.servedClaims(context.db.slow, 400)],
    ["claims of workers", () => silentClaims.workersClaims(context.db.slow, 400)],
    ["the next due times of work queues", () => poolWakes.nextDueTimes(context.db.read, [run], now)],
    ["runs of work queues that are to stop", () => poolWakes.stoppingRuns(context.db.read, [run])],
    ["what is to be cleaned up", () => waitingCleanUps(context.db.read, run, 100)],
    ["the next due times of deployments", () => nextDueTimes(context.db.read, [run], now)],
    ["runs that are to stop", () => stoppingRuns(context.db.read, [run])],
    ["due runs of a deployment", () => dueRuns(context.db.read, { ...due, deploymentIds: [run] })],
    [
      "due runs of several deployments",
      () => dueRuns(context.db.read, { ...due, deploymentIds: [run, historyIds.flow(1)] }),
    ],
    ["whether it has to be noted who serves", () => isNoteDue(context.db.read, [run], { since: now, now })],
    ["schedules that are due", () => nextDue(context.db.read)],
    ["due runs of work queues", () => dueTiers(context.db.read, [run, historyIds.flow(1)], now)],
    ["due runs of a tier", () => dueInTier(context.db.read, { ...due, queueId: run, priority: 0, after: null })],
    ["the slots that runs of a work pool hold", () => takenByQueue(context.db.read, run)],
    ["the place in a line", () => placeInLine(context.db.read, { deploymentId: run, flowRunId: run })],
    ["a pass that removes what is old", () => createRetention(context).pass("confirmed")],
  ];

  async function plan(ask: () => Promise<unknown>): Promise<string[]> {
    asked.length = 0;
    await ask();
    expect(asked.length).toBeGreaterThan(0);
    return (await Promise.all(asked.map((query) => planOf(server.context.db, query)))).flat();
  }

  test.each([...lists, ...taskLists, ...pages, ...calls])("%s reads no table from end to end", async (_, ask) => {
    const steps = await plan(ask);
    // A page has the name of its table, and is read whole.
    const isPage = (step: string) => /^SCAN \w+$/.test(step) && steps.includes(step.replace("SCAN", "CO-ROUTINE"));
    expect(steps.filter((step) => readsAll.test(step) && !isPage(step))).toEqual([]);
  });

  test.each([...lists, ...taskLists])("%s is found in its order, and not sorted", async (_, ask) => {
    expect((await plan(ask)).filter((step) => sorts.test(step))).toEqual([]);
  });

  test.each([
    ["flow_run", () => listedRuns.history(context, interval)],
    ["task_run", () => taskRuns.history(context, interval)],
  ])("the history of all of %s is added up along an index that holds all of it", async (table, ask) => {
    const index = `${table}_state_expected`;
    const walk = database.name === "sqlite" ? `COVERING INDEX ${index}` : `Index Only Scan using ${index}`;
    const steps = await plan(ask);
    expect(steps.filter((step) => step.includes(walk)).length).toBeGreaterThan(2);
    expect(steps.filter((step) => /TEMP B-TREE FOR GROUP|HashAggregate|GroupAggregate/.test(step))).toEqual([]);
  });

  // PostgreSQL decides by how many runs a flow has.
  test.runIf(database.name === "sqlite")(
    "the percentiles of flows are computed along an index that holds all that they are made of",
    async () => {
      const steps = (await plan(() => flows.list(context, {}))).filter((step) => step.includes("flow_run_flow_state"));
      expect(steps.length).toBeGreaterThan(1);
      expect(steps.filter((step) => !step.includes("COVERING INDEX"))).toEqual([]);
    },
  );

  test("runs of deployments are counted along their index", async () => {
    const ids = [historyIds.deployment(1), historyIds.deployment(2)];
    const steps = await plan(() => figuresOf(context, ids));
    const scans = steps.filter((step) =>
      /(SCAN|SEARCH|Scan using \w+|Index Scan on|Seq Scan on) .*flow_run/.test(step),
    );
    const walk = database.name === "sqlite" ? "USING COVERING INDEX flow_run_deployment " : "flow_run_deployment ";
    expect(scans).toHaveLength(4);
    for (const scan of scans) expect(scan).toContain(walk);
  });

  // PostgreSQL decides by how many runs are scheduled.
  test.runIf(database.name === "sqlite")(
    "due runs of several deployments are found by these, not by time",
    async () => {
      const steps = await plan(() => dueRuns(context.db.read, { ...due, deploymentIds: [run, historyIds.flow(1)] }));
      expect(steps.filter((step) => step.includes("flow_run_deployment_due"))).toHaveLength(1);
      expect(steps.filter((step) => step.includes("flow_run_scheduled"))).toEqual([]);
    },
  );

  // PostgreSQL decides by how many runs are open.
  test.runIf(database.name === "sqlite")("runs that hold slots are found by an index of just these", async () => {
    const queueIds = [historyIds.deployment(1)] as const;
    const figures = await plan(() => figuresOfQueues(context.db, { queueIds, dueBefore: now, maxLate: 10 }));
    const place = await plan(() => placeOfQueue(context.db.read, historyIds.deployment(1)));
    const holders = await plan(() => holdersOfQueues(context.db, queueIds, 10));
    const held = await plan(() => runsHoldingSlots(context.db.read, { poolId: historyIds.deployment(2), limit: 10 }));
    const { read } = context.db;
    const [queueId] = queueIds;
    const asked = [
      await plan(() => poolsByIds(read, queueIds)),
      await plan(() => queueById(read, queueId)),
      await plan(() => takenByQueue(read, queueId)),
      await plan(() => holdersIn(read, queueId, { limit: 10, offset: 0 })),
      await plan(() => countHolders(read, queueId)),
      await plan(() => poolWakes.stoppingRuns(read, queueIds)),
    ];
    const walks = [figures, place, holders, held, ...asked].map((steps) =>
      steps.filter((step) => walksRuns.test(step)),
    );
    for (const steps of walks) expect(steps).not.toEqual([]);
    for (const walk of walks.flat()) expect(walk).toMatch(/flow_run_(open|due)_of_queue/);
  });

  // PostgreSQL decides by how many runs there are.
  test.runIf(database.name === "sqlite").each(["START_TIME_DESC", "EXPECTED_START_TIME_DESC"] as const)(
    "runs of a pool with few of them are found by its queues: %s",
    async (sort) => {
      const steps = await plan(() => flowRuns.list(context, { sort, work_pools: { name: { any_: ["quiet"] } } }));
      const walks = steps.filter((step) => /flow_run_\w+/.test(step));
      expect(walks.length).toBeGreaterThan(1);
      for (const walk of walks) expect(walk).toContain("SEARCH flow_run USING");
      for (const walk of walks) expect(walk).toContain("flow_run_of_queue (work_queue_id=?");
    },
  );

  test("signs of life of workers read no runs", async () => {
    const pool = historyIds.deployment(1);
    const steps = [
      ...(await plan(() => standingOf(context.db.read, pool).catch(() => {}))),
      ...(await plan(() => lastChange(context, pool))),
    ];
    expect(steps.filter((step) => step.includes("work_pool"))).toHaveLength(2);
    expect(steps.filter((step) => step.includes("flow_run"))).toEqual([]);
  });

  test("rows are counted for the page of settings, or told in thousands where counting would take long", async () => {
    const exact = { flow_run: 2000, task_run: 10_000, log: 1000, artifact: 100, event: 100 };
    const max = 1_000_000;
    expect(await rowCounts(context.db, { max, exactTo: 50_000 })).toEqual(exact);
    expect(await rowCounts(context.db, { max: 1500, exactTo: 50_000 })).toEqual({
      ...exact,
      flow_run: 1500,
      task_run: 1500,
    });
    const told = database.name === "sqlite" ? exact : { ...exact, artifact: 0, event: 0 };
    expect(await rowCounts(context.db, { max, exactTo: 99 })).toEqual(told);
  });

  test("a table that is read from end to end would be seen", async () => {
    const unindexed = sql`SELECT * FROM flow_run WHERE infrastructure_pid = 'x'`;
    const steps = await plan(() => unindexed.execute(context.db.read));
    expect(steps.filter((step) => readsAll.test(step))).toHaveLength(1);
  });
});

function laterPage(sort: string): string {
  return Buffer.from(JSON.stringify([sort, now - 86_400_000_000, historyIds.flowRun(1900)])).toString("base64url");
}

/** Notes what is asked of the database for reading. */
function recorded(db: Database, asked: CompiledQuery[]): Database {
  return { ...db, read: noting(db.read, asked), slow: noting(db.slow, asked) };
}

/** Queries that are built are seen when they are compiled, and those that are kept compiled when they are run. */
function noting(reader: Kysely<Tables>, asked: CompiledQuery[]): Kysely<Tables> {
  const compiler = reader.getExecutor();
  const noted = reader.withPlugin({
    transformQuery({ node, queryId }) {
      const query = compiler.compileQuery(node, queryId);
      if (query.parameters.every((value) => typeof value !== "object" || value === null || Array.isArray(value)))
        asked.push(query);
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  return new Proxy(noted, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name === "executeQuery") {
        return (query: CompiledQuery) => {
          asked.push(query);
          return target.executeQuery(query);
        };
      }
      return value.bind(target);
    },
  });
}

const tables =
  "(flow_run|task_run|flow_run_state|task_run_state|log|event|artifact|result|deployment|deployment_schedule)";
/** A step of SQLite, or of PostgreSQL. */
const readsAll = new RegExp(`^SCAN (run|state|${tables})\\b(?!.* USING)|Seq Scan on ${tables}\\b`);
/** A step of SQLite that looks for flow runs. */
const walksRuns = /SEARCH (run|flow_run) /;
const sorts = /USE TEMP B-TREE FOR ORDER BY|\bSort\b {2}/;

async function planOf({ kind, read }: Database, query: CompiledQuery): Promise<string[]> {
  if (kind === "sqlite") {
    const explained = { ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` };
    return (await read.executeQuery<{ detail: string }>(explained)).rows.map(({ detail }) => detail);
  }
  return read.transaction().execute(async (tx) => {
    await sql`SET LOCAL enable_seqscan = off`.execute(tx);
    const { rows } = await tx.executeQuery<{ "QUERY PLAN": string }>({ ...query, sql: `EXPLAIN ${query.sql}` });
    return rows.map((row) => row["QUERY PLAN"]);
  });
}
