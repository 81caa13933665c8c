import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describeOnEachDatabase, openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { leave, notes, writtenDown } from "../../test/notes-consumer.ts";
import { unit } from "../kernel/unit.ts";

const dyingServer = fileURLToPath(new URL("../../test/dying-consumer-harness.ts", import.meta.url));

describeOnEachDatabase("consumers of several servers", (underTest) => {
  const started: TestServer[] = [];
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await Promise.all(started.splice(0).map((each) => each.stop()));
  });

  async function start(url: string): Promise<TestServer> {
    const server = await startTestServer(url, { consumers: [notes] });
    started.push(server);
    return server;
  }

  test("handle each change once between them", async () => {
    const { url } = await underTest.another();
    const servers = [await start(url), await start(url), await start(url)];
    await Promise.all(servers.map((server) => server.listen()));
    const refs = Array.from({ length: 120 }, (_, index) => `change ${index}`);
    await Promise.all(refs.map((ref, index) => leave((servers[index % 3] ?? (servers[0] as TestServer)).context, ref)));
    const [{ context }] = servers as [TestServer];
    // The keys are unique: a change that was handled twice would have failed.
    await expect.poll(() => writtenDown(context), { timeout: 20_000 }).toHaveLength(refs.length);
    expect(new Set(await writtenDown(context))).toEqual(new Set(refs));
    const failed = await context.db.read.selectFrom("failed_delivery").select("reason").execute();
    expect(failed).toEqual([]);
  });

  test("go on where one was killed in the middle of a batch", async () => {
    const { url } = await underTest.another();
    const server = await start(url);
    await leave(server.context, "a", "b", "c", "d");
    const child = fork(dyingServer, { execArgv: [], env: { ...process.env, OSTINATO_DATABASE_URL: url } });
    children.push(child);
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");
    expect(await writtenDown(server.context)).toEqual([]);
    await expect
      .poll(async () => {
        await server.tick("consumer notes");
        return writtenDown(server.context);
      })
      .toEqual(["a", "b", "c", "d"]);
  });
});

describe("consumers on PostgreSQL, where transactions commit in another order than they began", () => {
  let database: TestDatabase;
  let server: TestServer;
  beforeEach(async () => {
    database = await openDatabase("postgresql");
    server = await startTestServer(database.url, { consumers: [notes] });
  });
  afterEach(async () => {
    await server.stop();
    await database.dispose();
  });

  /** A transaction that has written a change down, and commits when it is told to. */
  async function open(ref: string): Promise<() => Promise<void>> {
    const written = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const done = server.context.db.write(async (tx) => {
      await server.context.outbox.append(tx, {
        deliveries: [{ kind: "follow-up", name: "note", ref }],
        now: server.context.clock.now(),
      });
      written.resolve();
      await end.promise;
    });
    await written.promise;
    return async () => {
      end.resolve();
      await done;
    };
  }

  const handle = () => server.tick("consumer notes");
  const sequence = async () =>
    (await server.context.db.read.selectFrom("outbox").select("ref").orderBy("seq").execute()).map(({ ref }) => ref);

  test("the later number commits first, and the earlier one is not skipped", async () => {
    const commitFirst = await open("first");
    await leave(server.context, "second");
    await handle();
    expect(await writtenDown(server.context)).toEqual([]);
    await commitFirst();
    expect(await sequence()).toEqual(["first", "second"]);
    await handle();
    expect(await writtenDown(server.context)).toEqual(["first", "second"]);
  });

  test("a transaction that began earlier and writes later is waited for", async () => {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const earlier = unit(server.context, async (unit) => {
      await sql`SELECT pg_current_xact_id()`.execute(unit.tx);
      begun.resolve();
      await goOn.promise;
      unit.followUp("note", ["earlier"]);
    });
    await begun.promise;
    await leave(server.context, "later");
    await handle();
    expect(await writtenDown(server.context)).toEqual([]);
    goOn.resolve();
    await earlier;
    expect(await sequence()).toEqual(["later", "earlier"]);
    await handle();
    expect(await writtenDown(server.context)).toEqual(["earlier", "later"]);
  });

  test("a transaction that is rolled back holds nothing up", async () => {
    const failing = unit(server.context, async (unit) => {
      unit.followUp("note", ["never"]);
      await leave(server.context, "kept");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await handle();
    expect(await writtenDown(server.context)).toEqual(["kept"]);
  });

  test("a transaction in another database of the same PostgreSQL holds nothing up", async () => {
    const elsewhere = await openDatabase("postgresql");
    const other = await startTestServer(elsewhere.url, { consumers: [notes] });
    await unit(other.context, async ({ tx }) => {
      await sql`SELECT pg_current_xact_id()`.execute(tx);
      await leave(server.context, "a");
      await handle();
      expect(await writtenDown(server.context)).toEqual(["a"]);
    });
    await other.stop();
    await elsewhere.dispose();
  });

  test("what a dump brought along from another PostgreSQL is handled, and what comes after it", async () => {
    await leave(server.context, "a");
    await handle();
    await leave(server.context, "b");
    // As ids of a PostgreSQL that has made more transactions than this one.
    for (const table of ["outbox", "consumer"])
      await sql`UPDATE ${sql.table(table)} SET xid = (xid::text::bigint + 1000000000)::text::xid8`.execute(
        server.context.db.read,
      );
    await sql`DELETE FROM outbox WHERE ref = 'a'`.execute(server.context.db.read);
    await leave(server.context, "c");
    await handle();
    await handle();
    expect(new Set(await writtenDown(server.context))).toEqual(new Set(["a", "b", "c"]));
  });
});
