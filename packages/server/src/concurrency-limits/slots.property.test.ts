import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDeployment } from "../../test/deployment-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";

/** Something that a client, a person or the time does to the run with this number. */
type Step =
  | { readonly does: "claim" | "start" | "complete" | "fail" | "cancel" | "delete"; readonly run: number }
  | { readonly does: "raise" | "move-up" }
  | { readonly does: "hear"; readonly seconds: number };

const runCount = 4;
const run = fc.nat(runCount - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant("claim" as const), run }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("start" as const), run }) },
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constantFrom("complete" as const, "fail" as const, "fail" as const), run }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom("cancel" as const, "delete" as const), run }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("raise" as const) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("move-up" as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("hear" as const), seconds: fc.constantFrom(16, 70) }) },
);

/** Steps of one group happen at once, on the two servers in turn; groups one after the other. */
const groups = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 16 });
const scenario = fc.record({ limit: fc.integer({ min: 1, max: 3 }), groups });

describeOnEachDatabase("slots in random order", (database) => {
  const clock = fakeClock();
  const servers: TestServer[] = [];
  let sides: ReturnType<typeof slotsOn>[];
  beforeAll(async () => {
    servers.push(await startTestServer(database.url, { clock }));
    // SQLite has one server.
    if (database.name === "postgresql") servers.push(await startTestServer(database.url, { clock }));
    sides = servers.map((server) => slotsOn(server, clock));
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });

  const [first, read] = [() => side(0), () => servers[0]?.context.db.read];
  function side(index: number) {
    const found = sides[index % sides.length];
    if (found === undefined) throw new Error("there is a server");
    return found;
  }

  async function counted(deployment: TestDeployment, runIds: readonly string[]) {
    const db = read();
    if (db === undefined) throw new Error("there is a server");
    const rows = await db
      .selectFrom("flow_run")
      .select(["id", "state_type", "state_name", "next_scheduled_start_time"])
      .where("deployment_id", "=", deployment.id)
      .execute();
    const leases = await db.selectFrom("concurrency_lease").select("id").where("holder_id", "in", runIds).execute();
    return { rows, leases: leases.length };
  }

  test("are never more than the limit, are all given back, and leave no run waiting for nothing", async () => {
    const play = async ({ limit, groups }: typeof scenario extends fc.Arbitrary<infer S> ? S : never) => {
      const deployment = await first().deployment(limit, {
        concurrency_options: '{"collision_strategy":"ENQUEUE","grace_period_seconds":60}',
      });
      const runs: { id: string; claim: string }[] = [];
      for (let index = 0; index < runCount; index += 1) {
        const policy = { retries: 2, retry_delay: 0 };
        runs.push({ id: await first().run(deployment, { empirical_policy: policy }), claim: deployment.id });
      }
      const runIds = runs.map(({ id }) => id);
      let max = limit;
      const at = (index: number) => runs[index] ?? { id: "", claim: "" };
      const propose = (index: number, number: number, type: string) => {
        const { id, claim } = at(number);
        return side(index).setState(id, { type, state_details: { heartbeat_seconds: 3600, claim } });
      };
      const does = async (given: Step, index: number) => {
        switch (given.does) {
          case "claim": {
            const claimed = await side(index).claim(at(given.run).id);
            if (claimed.status === "ACCEPT") at(given.run).claim = claimed.state?.id ?? "";
            return;
          }
          case "start":
            return propose(index, given.run, "RUNNING");
          case "complete":
            return propose(index, given.run, "COMPLETED");
          case "fail":
            return propose(index, given.run, "FAILED");
          case "cancel":
            return side(index).setState(at(given.run).id, { type: "CANCELLED" }, { force: true });
          case "delete":
            return servers[index % servers.length]?.call("DELETE", `/flow_runs/${at(given.run).id}`);
          case "raise":
            max += 1;
            return side(index).limit(deployment.id, max);
          case "move-up":
            return side(index).moveUp();
          case "hear":
            return side(index).hear(given.seconds);
        }
      };
      for (const group of groups) {
        await Promise.all(group.map(does));
        const { rows } = await counted(deployment, runIds);
        expect((await first().limitOf(deployment.id))?.active_slots).toBeLessThanOrEqual(max);
        expect(rows.filter(({ state_type }) => state_type === "RUNNING").length).toBeLessThanOrEqual(max);
        for (const row of rows) {
          if (row.state_type === "SCHEDULED") expect(row.next_scheduled_start_time).not.toBeNull();
        }
      }
      // Whatever holds a slot or a place ends, and then everybody in line has moved up.
      await first().hear(400);
      for (const { id } of runs.slice(0, runCount / 2))
        await first().setState(id, { type: "CANCELLED" }, { force: true });
      for (let index = 0; index < sides.length; index += 1) await side(index).moveUp();
      const { rows } = await counted(deployment, runIds);
      const inLine = rows.filter(({ state_name }) => state_name === "AwaitingConcurrencySlot").length;
      const active = (await first().limitOf(deployment.id))?.active_slots ?? 0;
      expect(inLine === 0 || active === max).toBe(true);
      for (const { id } of runs) await first().setState(id, { type: "CANCELLED" }, { force: true });
      await first().hear(16);
      expect((await counted(deployment, runIds)).leases).toBe(0);
    };
    await fc.assert(fc.asyncProperty(scenario, play), { numRuns: 20 });
  }, 180_000);
});
