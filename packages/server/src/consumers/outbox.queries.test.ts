import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { type CompiledQuery, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import type { Database } from "../db/dialect.ts";
import { movePosition, type Position, prospectOf, rowsAfter } from "./outbox.queries.ts";

describeOnEachDatabase("an outbox of thousands of rows that a consumer has passed", (database) => {
  let server: TestServer;
  let end: Position;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    await server.tick("consumer automations");
    const { db, clock, outbox } = server.context;
    const refs = Array.from({ length: 5000 }, (_, index) => String(index));
    const deliveries = refs.map((ref) => ({ kind: "follow-up" as const, name: "passed", ref }));
    await db.write((tx) => outbox.append(tx, { deliveries, now: clock.now() }));
    const last = sql<Position>`SELECT xid, seq FROM outbox ORDER BY xid DESC, seq DESC LIMIT 1`;
    end = (await last.execute(db.read)).rows[0] ?? { xid: "0", seq: 0 };
    await db.write((tx) => movePosition(tx, "automations", { ...end, now: clock.now() }));
    await db.execute("ANALYZE");
  });
  afterAll(() => server.stop());

  /** What a query asks, and how the database goes about it. */
  async function plansOf(ask: (db: Database) => Promise<unknown>): Promise<readonly string[]> {
    const { db } = server.context;
    const asked: CompiledQuery[] = [];
    const compiler = db.read.getExecutor();
    const read = db.read.withPlugin({
      transformQuery({ node, queryId }) {
        asked.push(compiler.compileQuery(node, queryId));
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    await ask({ ...db, read });
    expect(asked).not.toEqual([]);
    const steps: string[] = [];
    for (const query of asked) {
      const explained = { ...query, sql: `EXPLAIN ${db.kind === "sqlite" ? "QUERY PLAN" : ""} ${query.sql}` };
      const { rows } = await db.read.executeQuery<Record<string, unknown>>(explained);
      steps.push(...rows.map((row) => String(row.detail ?? row["QUERY PLAN"])));
    }
    return steps;
  }

  const byIndex = /outbox_order|rowid>\?/;
  const walks =
    /^SCAN (outbox|entry)(?! USING COVERING INDEX outbox_order$)|Seq Scan on outbox|\(xid>\?\)|\(xid=\?\)$|TEMP B-TREE/;

  test("is not walked along to see that nothing is left", async () => {
    expect(await prospectOf(server.context.db, "automations")).toMatchObject({ ready: false, waiting: false });
    const steps = await plansOf((db) => prospectOf(db, "automations"));
    expect(steps.join("\n")).toMatch(byIndex);
    expect(steps.filter((step) => walks.test(step))).toEqual([]);
  });

  test("is read from the consumer's place on", async () => {
    const steps = await plansOf(({ read }) => rowsAfter(read, { position: end, limit: 100 }));
    expect(steps.join("\n")).toMatch(byIndex);
    expect(steps.filter((step) => walks.test(step))).toEqual([]);
  });
});
