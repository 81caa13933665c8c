import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { unit } from "../kernel/unit.ts";

describe("deadlines on PostgreSQL while a transaction is under way that began before the events", () => {
  let database: TestDatabase;
  let server: TestServer;
  let clock: FakeClock;
  let trial: AutomationTrial;
  beforeEach(async () => {
    database = await openDatabase("postgresql");
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    trial = automationTrial(server, clock);
  });
  afterEach(async () => {
    await server.stop();
    await database.dispose();
  });

  /** As of a server that is suspended in the middle of its work. Gives what ends it. */
  async function openTransaction(): Promise<() => Promise<void>> {
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const done = unit(server.context, async ({ tx }) => {
      await sql`SELECT pg_current_xact_id()`.execute(tx);
      begun.resolve();
      await end.promise;
    });
    await begun.promise;
    return async () => {
      end.resolve();
      await done;
    };
  }

  test("wait for the event that has met them, and pass where none has come", async () => {
    const automation = await trial.create({
      type: "event",
      posture: "Proactive",
      after: ["job.began"],
      expect: ["job.ended"],
      for_each: ["prefect.resource.id"],
      within: 10,
    });
    const [, missed] = await trial.happen({ event: "job.began", of: "quick" }, { event: "job.began", of: "slow" });
    await trial.count();
    const end = await openTransaction();
    await trial.happen({ event: "job.ended", of: "quick" });
    await trial.wait(15);
    expect(await trial.causes(automation)).toEqual([missed]);
    await end();
    await trial.count();
    expect(await trial.causes(automation)).toEqual([missed]);
  });
});
