import type { StateCreate } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { type TestPool, testPool } from "../../test/pool-harness.ts";

/** Numbers that look random and are the same for a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Limits {
  pool: number | null;
  queue: number | null;
}

describeOnEachDatabase("claims, states, pauses, limits and deletions in any order", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  /** The slots that runs hold: of the queue "q", and of the whole pool. */
  async function held(pool: TestPool): Promise<{ readonly pool: number; readonly queue: number }> {
    const path = `/work_pools/${pool.name}/concurrency_status`;
    const { body } = await server.call<{
      readonly active_slots: number;
      readonly queues: readonly { readonly queue_name: string; readonly active_slots: number }[];
    }>("POST", path, {});
    const queue = body.queues.find(({ queue_name }) => queue_name === "q");
    return { pool: body.active_slots, queue: queue?.active_slots ?? 0 };
  }

  test.each([1, 2, 3, 4])("never exceed a limit, and never give a run twice (seed %i)", async (seed) => {
    const random = numbers(seed);
    const pool = await testPool(server, clock, { concurrency_limit: 3 });
    await pool.queue("q", { concurrency_limit: 2 });
    const limits: Limits = { pool: 3, queue: 2 };
    /** The claims by which runs were given, of which each is another one. */
    const claims = new Set<string>();
    const runs: string[] = [];
    const pick = () => runs[Math.floor(random() * runs.length)] ?? "";
    const number = (below: number) => Math.floor(random() * below);

    async function claim(): Promise<void> {
      for (const { id, state } of await pool.claim(1 + number(3), { worker_name: `w${number(3)}` })) {
        expect(claims, `the claim of ${id}`).not.toContain(state?.id);
        claims.add(state?.id ?? "");
      }
    }
    const states: readonly StateCreate["type"][] = [
      "PENDING",
      "RUNNING",
      "COMPLETED",
      "FAILED",
      "CANCELLED",
      "SCHEDULED",
    ];
    async function propose(): Promise<void> {
      const type = states[number(states.length)] ?? "PENDING";
      await server.call("POST", `/flow_runs/${pick()}/set_state`, { state: { type } });
    }
    const steps: readonly (() => Promise<unknown>)[] = [
      claim,
      claim,
      claim,
      propose,
      propose,
      propose,
      async () =>
        runs.push(
          await pool.run({ at: -number(60), ...(random() < 0.5 ? { queue: "q" } : {}), priority: number(3) - 1 }),
        ),
      () => pool.change({ is_paused: random() < 0.2 }),
      () => pool.changeQueue("q", { is_paused: random() < 0.2 }),
      () => server.call("DELETE", `/flow_runs/${pick()}`),
    ];
    for (let n = 0; n < 12; n += 1) runs.push(await pool.run({ at: -n, ...(n % 2 === 0 ? { queue: "q" } : {}) }));
    for (let round = 0; round < 25; round += 1) {
      if (random() < 0.3) {
        limits.pool = 1 + number(4);
        limits.queue = 1 + number(3);
        await pool.change({ concurrency_limit: limits.pool });
        await pool.changeQueue("q", { concurrency_limit: limits.queue });
      }
      const before = await held(pool);
      await Promise.all(Array.from({ length: 6 }, () => (steps[number(steps.length)] ?? claim)()));
      const after = await held(pool);
      // A limit that was lowered takes nothing away from runs that have begun.
      expect(after.pool).toBeLessThanOrEqual(Math.max(limits.pool ?? 0, before.pool));
      expect(after.queue).toBeLessThanOrEqual(Math.max(limits.queue ?? 0, before.queue));
    }
    expect(claims.size).toBeGreaterThan(2);
  });
});
