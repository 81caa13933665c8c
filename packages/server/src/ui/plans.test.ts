import { systemClock, toTimestamp } from "@ostinato/core";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { fillWithHistory, historyIds } from "@ostinato/testing/history";
import { type CompiledQuery, type Kysely, type QueryExecutor, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import type { Database } from "../db/dialects/dialect.ts";
import type { Tables } from "../db/tables.ts";
import { startTestServer, type TestServer } from "../harness.ts";
import { dashboard } from "./dashboard.service.ts";
import * as flows from "./flow-pages.service.ts";
import * as flowRuns from "./flow-run-list.service.ts";
import { logWindow } from "./log-window.service.ts";
import { flowRunPage, taskRunPage } from "./run-pages.service.ts";
import { readTimeline } from "./timeline.service.ts";

const end = new Date("2030-01-31T00:00:00Z");
const now = toTimestamp(end.toISOString());

/** What a page asks may not grow with the number of runs: SQLite tells how it finds the rows, whatever their number. */
describe("what pages ask", () => {
  let database: TestDatabase;
  let server: TestServer;
  const asked: CompiledQuery[] = [];
  let context: Context;
  beforeAll(async () => {
    database = await openDatabase("sqlite");
    server = await startTestServer(database.url);
    const { db } = server.context;
    const size = { flows: 5, flowRuns: 2000, taskRuns: 10_000, logs: 1000, events: 100, artifacts: 100 };
    await fillWithHistory({ kind: db.kind, run: (statement) => db.execute(statement) }, size, end);
    const clock = { ...systemClock(), now: () => now };
    context = { ...server.context, clock, db: recorded(server.context.db, asked) };
  });
  afterAll(async () => {
    await server.stop();
    await database.dispose();
  });

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
  const pages: [string, () => Promise<unknown>][] = [
    ["the dashboard", () => dashboard(context, range)],
    ["the dashboard without subflows", () => dashboard(context, { ...range, subflows: false })],
    ["the page of a run", () => flowRunPage(context, run)],
    ["its timeline", () => readTimeline(context, run)],
    ["the page of a task run", () => taskRunPage(context, historyIds.taskRun(70))],
    ["logs at the error", () => logWindow(context, { flow_run_id: run, anchor: "first-error" })],
    ["logs at the end", () => logWindow(context, { flow_run_id: run, anchor: "tail" })],
    ["the flows", () => flows.list(context, {})],
    ["a flow", () => flows.page(context, historyIds.flow(2), 30)],
  ];

  async function plan(ask: () => Promise<unknown>): Promise<string[]> {
    asked.length = 0;
    await ask();
    expect(asked.length).toBeGreaterThan(0);
    return (await Promise.all(asked.map((query) => planOf(server.context.db.read, query)))).flat();
  }

  test.each([...lists, ...pages])("%s reads no table from end to end", async (_, ask) => {
    const steps = await plan(ask);
    expect(
      steps.filter((step) => /^SCAN (run|flow_run|task_run|state|log|event|artifact)\b(?!.* USING)/.test(step)),
    ).toEqual([]);
  });

  test.each(lists)("%s is found in its order, and not sorted", async (_, ask) => {
    expect(await plan(ask)).not.toContain("USE TEMP B-TREE FOR ORDER BY");
  });

  test("a table that is read from end to end would be seen", async () => {
    const unindexed = sql`SELECT * FROM flow_run WHERE infrastructure_pid = 'x'`;
    expect(await plan(() => unindexed.execute(context.db.read))).toEqual(["SCAN flow_run"]);
  });
});

function laterPage(sort: string): string {
  return Buffer.from(JSON.stringify([sort, now - 86_400_000_000, historyIds.flowRun(1900)])).toString("base64url");
}

/** Notes what is asked of the database for reading. */
function recorded(db: Database, asked: CompiledQuery[]): Database {
  return { ...db, read: noting(db.read, asked), slow: noting(db.slow, asked) };
}

function noting(reader: Kysely<Tables>, asked: CompiledQuery[]): Kysely<Tables> {
  const executor = reader.getExecutor();
  const noted: QueryExecutor = new Proxy(executor, {
    get(target, name) {
      if (name !== "executeQuery") {
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (query: CompiledQuery) => {
        asked.push(query);
        return target.executeQuery(query);
      };
    },
  });
  return new Proxy(reader, {
    get(target, name) {
      if (name === "getExecutor") return () => noted;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function planOf(reader: Kysely<Tables>, query: CompiledQuery): Promise<string[]> {
  const explained = { ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` };
  const { rows } = await reader.executeQuery<{ detail: string }>(explained);
  return rows.map(({ detail }) => detail);
}
