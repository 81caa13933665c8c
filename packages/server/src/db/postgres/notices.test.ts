import { systemClock } from "@ostinato/core";
import { fakeClock } from "@ostinato/testing/clock";
import { openDatabase } from "@ostinato/testing/databases";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { postgresNotices } from "./notices.ts";
import { postgresPool } from "./pool.ts";

/** Notices of a role, with a clock for their pauses, and a connection of the superuser. */
async function noticesOfRole() {
  const place = await openDatabase("postgresql");
  const role = `role_${new URL(place.url).pathname.slice(1)}`;
  const direct = new pg.Client({ connectionString: place.url });
  await direct.connect();
  await direct.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  const own = new URL(place.url);
  own.username = role;
  own.password = "secret";
  const client = { connectionString: place.url };
  const pool = postgresPool({ client, size: 1, clock: systemClock({ keepAlive: true }), warn: () => {} });
  const clock = fakeClock();
  const notices = postgresNotices({ url: own.href, pool, clock });
  onTestFinished(async () => {
    await notices.stop();
    await pool.end();
    await direct.query(`DROP ROLE ${role}`);
    await direct.end();
    await place.dispose();
  });
  const received: string[] = [];
  const resumed: number[] = [];
  await notices.listen(
    (message) => received.push(message),
    (deafSeconds) => resumed.push(deafSeconds),
  );
  const endConnection = () =>
    direct.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [role]);
  const arrives = async (message: string) => {
    await notices.send([message]);
    await expect.poll(() => received, { timeout: 10_000 }).toContain(message);
  };
  return { notices, clock, direct, role, resumed, endConnection, arrives };
}

test("while PostgreSQL has no connection to spare, listening is tried ever more seldom, and goes on soon after it has one", async () => {
  const { clock, direct, role, resumed, endConnection, arrives } = await noticesOfRole();
  await arrives("before");
  await direct.query(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
  await endConnection();
  for (const pause of [0.5, 1, 2]) {
    await clock.untilWaiting();
    await clock.advance(pause);
  }
  await clock.untilWaiting();
  await direct.query(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
  await clock.advance(3.9);
  expect([clock.waiting, resumed]).toEqual([1, []]);
  await clock.advance(0.1);
  await expect.poll(() => resumed, { timeout: 10_000 }).toEqual([7.5]);
  await arrives("afterwards");
});

test("a connection that is given to others is asked for again", async () => {
  const { notices, clock, resumed, arrives } = await noticesOfRole();
  notices.rest();
  await clock.untilWaiting();
  await clock.advance(1);
  await expect.poll(() => resumed, { timeout: 10_000 }).toEqual([1]);
  await arrives("afterwards");
});

test("a connection on which nothing comes is replaced", async () => {
  const { notices, clock, resumed, arrives } = await noticesOfRole();
  notices.renew();
  await clock.untilWaiting();
  await clock.advance(0.5);
  await expect.poll(() => resumed, { timeout: 10_000 }).toEqual([0.5]);
  await arrives("afterwards");
});
