import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { type CompiledQuery, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { portable } from "../db/portable.ts";

describeOnEachDatabase("the outbox", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  async function planOf(query: CompiledQuery): Promise<string> {
    const { kind, read } = server.context.db;
    if (kind === "sqlite") {
      const explained = { ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` };
      return (await read.executeQuery<{ detail: string }>(explained)).rows.map(({ detail }) => detail).join("\n");
    }
    return read.transaction().execute(async (tx) => {
      await sql`SET LOCAL enable_seqscan = off`.execute(tx);
      const { rows } = await tx.executeQuery<{ "QUERY PLAN": string }>({ ...query, sql: `EXPLAIN ${query.sql}` });
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
  }

  const byBoth = {
    sqlite: /outbox_order \(xid=\? AND (seq|rowid)>\?\)/,
    postgresql: /Cond: \(ROW\(.*xid, .*seq\) > ROW\(/,
  };

  test("is read from a place on, without the rows before it that are not deleted yet", async () => {
    const { kind, read } = server.context.db;
    const next = sql`SELECT seq FROM outbox WHERE ${portable.isAfter("outbox", { xid: "0", seq: 7 })}
      ORDER BY xid, seq LIMIT 10`;
    const rest = sql`SELECT EXISTS (SELECT 1 FROM outbox WHERE ${portable.isAfter("outbox", "consumer")}) FROM consumer`;
    for (const query of [next, rest]) {
      const plan = await planOf(query.compile(read));
      expect(plan).toMatch(byBoth[kind]);
      expect(plan).not.toMatch(/TEMP B-TREE|Sort/);
    }
  });
});
