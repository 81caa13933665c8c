import { systemClock, timeOrderedId } from "@ostinato/core";
import { openDatabase } from "@ostinato/testing/databases";
import { sql } from "kysely";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { recordingLog, startTestServer, type TestServer } from "../../test/harness.ts";
import { type Database, DatabaseUnavailable, type Writer } from "./dialect.ts";
import { migrate } from "./migrate.ts";
import { openPostgres } from "./postgres/postgres.ts";

const clock = systemClock({ keepAlive: true });

/** An empty database, a role that owns it, and a connection of the superuser to trouble the role with. */
async function roleOfItsOwn() {
  const place = await openDatabase("postgresql");
  const direct = new pg.Client({ connectionString: place.url });
  await direct.connect();
  const role = `role_${new URL(place.url).pathname.slice(1)}`;
  await direct.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  await direct.query(`GRANT ALL ON SCHEMA public TO ${role}`);
  onTestFinished(async () => {
    await direct.query(`DROP OWNED BY ${role}`);
    await direct.query(`DROP ROLE ${role}`);
    await direct.end();
    await place.dispose();
  });
  const url = new URL(place.url);
  url.username = role;
  url.password = "secret";
  return { url: url.href, role, direct };
}

async function start(url: string): Promise<{ server: TestServer; lines: readonly string[] }> {
  const { log, lines } = recordingLog();
  const server = await startTestServer(url, { log });
  onTestFinished(() => server.stop());
  return { server, lines };
}

function addFlow(tx: Writer, name: string) {
  const now = clock.now();
  const row = { id: timeOrderedId(now), created: now, updated: now, name, tags: "[]", labels: "{}" };
  return tx.insertInto("flow").values(row).execute();
}

async function flowNames({ read }: Database): Promise<readonly string[]> {
  return (await read.selectFrom("flow").select("name").orderBy("name").execute()).map(({ name }) => name);
}

describe("error codes of PostgreSQL", () => {
  const codes = [
    ["08006", 201, "the connection failed"],
    ["25006", 201, "read-only"],
    ["25P03", 201, "idle in a transaction"],
    ["40001", 201, "serialization failure"],
    ["40P01", 201, "deadlock"],
    ["53100", 201, "disk full"],
    ["53200", 201, "out of memory"],
    ["55P03", 201, "lock timeout"],
    ["57P01", 201, "shutting down"],
    ["58030", 201, "input and output"],
    ["28P01", 503, "wrong password"],
    ["42501", 503, "no right"],
    ["53400", 503, "too much for a temporary file"],
    ["57014", 503, "statement timeout"],
    ["XX001", 503, "damaged data"],
    ["22003", 422, "a value out of range"],
    ["54000", 422, "too complex"],
    ["P0001", 500, "a trigger of somebody's"],
    ["23505", 409, "a constraint"],
  ] as const;

  test("once is tried again, asks clients to try later, or is about the request: each code as it should", async () => {
    const { url, direct } = await roleOfItsOwn();
    const { server } = await start(url);
    await direct.query("CREATE SEQUENCE tries");
    await direct.query("GRANT ALL ON SEQUENCE tries TO public");
    await direct.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('tries') = 1 THEN RAISE EXCEPTION 'refused' USING ERRCODE = NEW.name; END IF;
      RETURN NEW; END $$`);
    await direct.query("CREATE TRIGGER refuses BEFORE INSERT ON flow FOR EACH ROW EXECUTE FUNCTION refuse()");
    const answers: unknown[] = [];
    for (const [code, , words] of codes) {
      await direct.query("ALTER SEQUENCE tries RESTART");
      const { status, headers } = await server.call("POST", "/flows/", { name: code });
      answers.push([code, status, words]);
      expect(headers["retry-after"] !== undefined, code).toBe(status === 503);
    }
    expect(answers).toEqual(codes);
  });
});

test("a server that may only be read, as after a failover: its connections are opened anew until one may write", async () => {
  const { url, role, direct } = await roleOfItsOwn();
  const database = openPostgres({ url, clock, poolSize: 3, statementSeconds: 60 });
  onTestFinished(() => database.close());
  await migrate(database, clock);
  await direct.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
  await direct.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [role]);
  let attempts = 0;
  const add = (name: string) => async (tx: Writer) => {
    attempts += 1;
    // From here on a new connection may write; those that are open may not.
    if (attempts === 3) await direct.query(`ALTER ROLE ${role} RESET default_transaction_read_only`);
    await addFlow(tx, name);
  };
  await database.write(add("after a failover"));
  expect(attempts).toBeGreaterThanOrEqual(4);
  await database.write(add("and on"), { together: "and on" });
  expect(await flowNames(database)).toEqual(["after a failover", "and on"]);
});

test("a locked table is waited for, and then the client is asked to try again later", async () => {
  const { url, direct } = await roleOfItsOwn();
  const database = openPostgres({ url, clock, poolSize: 3, statementSeconds: 60, lockSeconds: 0.05 });
  onTestFinished(() => database.close());
  await migrate(database, clock);
  await direct.query("BEGIN");
  await direct.query("LOCK TABLE flow IN ACCESS EXCLUSIVE MODE");
  await expect(database.write((tx) => addFlow(tx, "given up"), { patienceSeconds: 0.2 })).rejects.toThrow(
    DatabaseUnavailable,
  );
  const waiting = database.write((tx) => addFlow(tx, "patient"));
  await direct.query("COMMIT");
  await waiting;
  expect(await flowNames(database)).toEqual(["patient"]);
});

describe("a PostgreSQL with fewer connections than the server would use", () => {
  test.each([4, 2, 1])("with %i: every request is answered, and one line says what to do", async (limit) => {
    const { url, role, direct } = await roleOfItsOwn();
    await direct.query(`ALTER ROLE ${role} CONNECTION LIMIT ${limit}`);
    const { server, lines } = await start(url);
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async (_, client) => {
        const answered: number[] = [];
        for (let n = 0; n < 20; n += 1) {
          answered.push((await server.call("POST", "/flows/", { name: `${client} ${n}` })).status);
          answered.push((await server.call("POST", "/flows/count", {})).status);
        }
        return answered;
      }),
    );
    expect(new Set(statuses.flat())).toEqual(new Set([201, 200]));
    expect(await flowNames(server.context.db)).toHaveLength(160);
    expect(lines).toEqual([expect.stringContaining("OSTINATO_DATABASE_POOL_SIZE")]);
  });

  test("without any connection the start fails at once, with advice", async () => {
    const { url, role, direct } = await roleOfItsOwn();
    await direct.query(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
    await expect(startTestServer(url)).rejects.toThrow(/no connection to spare.*CONNECTION LIMIT/);
  });

  test("that gives more later is used to the full", async () => {
    const { url, role, direct } = await roleOfItsOwn();
    await direct.query(`ALTER ROLE ${role} CONNECTION LIMIT 2`);
    let elapsed = 0;
    const moved = { ...clock, elapsed: () => clock.elapsed() + elapsed };
    const database = openPostgres({ url, clock: moved, poolSize: 3, statementSeconds: 60 });
    onTestFinished(() => database.close());
    await migrate(database, clock);
    const atOnce = () =>
      Promise.all(
        Array.from({ length: 6 }, () => database.write(async (tx) => await sql`SELECT pg_sleep(0.02)`.execute(tx))),
      );
    await atOnce();
    await direct.query(`ALTER ROLE ${role} CONNECTION LIMIT 9`);
    elapsed += 60;
    await atOnce();
    const { rows } = await direct.query("SELECT count(*)::int AS open FROM pg_stat_activity WHERE usename = $1", [
      role,
    ]);
    expect(rows[0]?.open).toBeGreaterThanOrEqual(3);
  });
});
