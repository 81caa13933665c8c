import { timeOrderedId } from "@ostinato/core";
import type { ConsumerStatus, DeadLetter } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { leave, writeDown, writtenDown } from "../../test/notes-consumer.ts";
import { type Consumer, defineConsumer } from "../kernel/consumer.ts";
import { unit } from "../kernel/unit.ts";
import { removePassed } from "./clean-up.service.ts";

const wants = { followUps: ["note"] };

describeOnEachDatabase("consumers", (underTest) => {
  let url: string;
  let clock: FakeClock;
  let server: TestServer;
  const started: TestServer[] = [];
  /** Changes of which the consumer says that it can't handle them. */
  const bad = new Set<string>();
  const batches: (readonly string[])[] = [];
  const notes = defineConsumer({
    name: "notes",
    wants,
    async handle(unit, batch) {
      batches.push(batch.map(({ ref }) => ref));
      for (const { ref } of batch) {
        if (bad.has(ref)) throw new Error(`${ref} can't be noted`);
        await writeDown(unit, ref);
      }
      return "done";
    },
  });

  async function start(consumers: readonly Consumer[] = [notes]): Promise<TestServer> {
    const made = await startTestServer(url, { clock, consumers });
    started.push(made);
    return made;
  }
  beforeEach(async () => {
    ({ url } = await underTest.another());
    clock = fakeClock();
    server = await start();
  });
  afterEach(async () => {
    bad.clear();
    batches.length = 0;
    await Promise.all(started.splice(0).map((each) => each.stop()));
  });

  const handle = () => server.tick("consumer notes");
  const status = async () => (await server.call<ConsumerStatus[]>("GET", "/admin/consumers")).body[0];
  const deadLetters = async () => (await server.call<DeadLetter[]>("GET", "/admin/dead-letters")).body;

  test("handle what was committed, in its order and once, also where another server committed it", async () => {
    await leave(server.context, "a", "b");
    const other = await start();
    await leave(other.context, "c");
    expect(await status()).toMatchObject({ name: "notes", wants: ["note"] });
    await handle();
    await handle();
    expect(await writtenDown(server.context)).toEqual(["a", "b", "c"]);
    expect(await status()).toMatchObject({ backlog: 0, lag_seconds: 0, retrying: 0, dead_letters: 0 });
  });

  test("get nothing of a unit of work that failed", async () => {
    const failed = unit(server.context, async (unit) => {
      unit.followUp("note", ["never"]);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    await handle();
    expect(await writtenDown(server.context)).toEqual([]);
  });

  test("write nothing down that nobody wants", async () => {
    await unit(server.context, async (unit) => unit.followUp("something else", ["a"]));
    const rows = await server.context.db.read.selectFrom("outbox").select("name").execute();
    expect(rows).toEqual([]);
  });

  test("go on with a batch that is too much for one unit of work", async () => {
    const left = new Set(["a", "b", "c"]);
    const slow = defineConsumer({
      name: "slow",
      wants,
      async handle(unit, batch) {
        const [next, ...others] = batch.map(({ ref }) => ref).filter((ref) => left.has(ref));
        if (next === undefined) return "done";
        await writeDown(unit, next);
        left.delete(next);
        return others.length > 0 ? "more" : "done";
      },
    });
    const made = await start([slow]);
    await leave(made.context, "a", "b", "c");
    await made.tick("consumer slow");
    expect(await writtenDown(made.context)).toEqual(["a", "b", "c"]);
  });

  test("set aside the one change that fails, and handle all others of its batch once", async () => {
    const refs = Array.from({ length: 150 }, (_, index) => `change ${index}`);
    bad.add("change 70");
    await leave(server.context, ...refs);
    await handle();
    const done = await writtenDown(server.context);
    expect(new Set(done)).toEqual(new Set(refs.filter((ref) => ref !== "change 70")));
    expect(await status()).toMatchObject({ backlog: 0, retrying: 1, dead_letters: 0 });
    expect(batches.filter((batch) => batch.includes("change 70")).length).toBeLessThan(10);
  });

  test("try a failed change again after longer and longer times, until it is a dead letter", async () => {
    bad.add("a");
    await leave(server.context, "a");
    await handle();
    const waits: number[] = [];
    for (let seconds = 0; (await status())?.retrying === 1; seconds += 1) {
      const before = batches.length;
      await clock.advance(1);
      await handle();
      if (batches.length > before) waits.push(seconds - waits.reduce((sum, wait) => sum + wait, 0));
    }
    expect(batches).toHaveLength(10);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.at(-1)).toBeGreaterThan(100);
    expect(await deadLetters()).toEqual([
      expect.objectContaining({
        consumer: "notes",
        change: "note",
        ref: "a",
        attempts: 10,
        reason: "a can't be noted",
      }),
    ]);
    await clock.advance(3600);
    await handle();
    expect(batches).toHaveLength(10);
  });

  /** Gives the ids of dead letters about these changes. */
  async function makeDead(...refs: readonly string[]): Promise<readonly string[]> {
    for (const ref of refs) bad.add(ref);
    await leave(server.context, ...refs);
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await handle();
      await clock.advance(400);
    }
    return (await deadLetters()).map(({ id }) => id);
  }

  test("handle dead letters again that somebody chose, and forget others", async () => {
    const ids = await makeDead("a", "b", "c");
    expect(ids).toHaveLength(3);
    const [a] = (await deadLetters()).filter(({ ref }) => ref === "a").map(({ id }) => id);
    bad.clear();
    expect((await server.call("POST", "/admin/dead-letters/retry", { ids: [a] })).body).toEqual({ count: 1 });
    await handle();
    expect(await writtenDown(server.context)).toEqual(["a"]);
    expect((await deadLetters()).map(({ ref }) => ref).sort()).toEqual(["b", "c"]);
    expect((await server.call("POST", "/admin/dead-letters/discard", { ids: null })).body).toEqual({ count: 2 });
    await handle();
    expect(await deadLetters()).toEqual([]);
    expect(await writtenDown(server.context)).toEqual(["a"]);
  });

  test.each(["retry", "discard"])("%s nothing where the dead letters are not named", async (verb) => {
    expect((await server.call("POST", `/admin/dead-letters/${verb}`, {})).status).toBe(422);
    expect((await server.call("POST", `/admin/dead-letters/${verb}`, { ids: [] })).status).toBe(422);
    const unknown = timeOrderedId(clock.now());
    expect((await server.call("POST", `/admin/dead-letters/${verb}`, { ids: [unknown] })).body).toEqual({ count: 0 });
  });

  test("wait for no moment that a wrong clock has written", async () => {
    bad.add("a");
    clock.set((clock.now() + 400 * 86_400_000_000) as never);
    await leave(server.context, "a");
    await handle();
    bad.clear();
    clock.set((clock.now() - 400 * 86_400_000_000) as never);
    await handle();
    expect(await writtenDown(server.context)).toEqual(["a"]);
  });

  test("keep what one of them has not passed, and remove the rest", async () => {
    const others = defineConsumer({ name: "others", wants: { followUps: ["other"] }, handle: async () => "done" });
    const made = await start([notes, others]);
    await made.tick("consumer notes");
    await leave(made.context, ...Array.from({ length: 1200 }, (_, index) => `change ${index}`));
    await made.tick("consumer notes");
    await unit(made.context, async (unit) => unit.followUp("other", ["x"]));
    const rows = async () => (await made.context.db.read.selectFrom("outbox").select("ref").execute()).length;
    const cleanUp = async () => {
      let cleaning = true;
      const done = removePassed(made.context, new AbortController().signal).finally(() => {
        cleaning = false;
      });
      while (cleaning) await clock.advance(1);
      await done;
    };
    await made.tick("consumer others");
    await cleanUp();
    expect(await rows()).toBe(1);
    await made.tick("consumer notes");
    await cleanUp();
    expect(await rows()).toBe(0);
    await leave(made.context, "after");
    await made.tick("consumer notes");
    expect(await writtenDown(made.context)).toContain("after");
  });

  test("are measured: how far behind they are, what they did, and what they gave up", async () => {
    await handle();
    await leave(server.context, "late");
    await clock.advance(90);
    await server.context.metrics.open();
    const scrape = async () => (await server.call<string>("GET", "/metrics")).body;
    const lag = (await scrape()).split("\n").filter((line) => line.includes("consumer_lag_seconds{"));
    expect(lag).toEqual([expect.stringMatching(/\} (90|89\.9)/)]);
    await makeDead("a");
    const after = (await scrape()).split("\n").filter((line) => line.includes('consumer="notes"'));
    expect(after).toContain('ostinato_consumer_lag_seconds{consumer="notes"} 0');
    expect(after).toContain('ostinato_dead_letters{consumer="notes"} 1');
    expect(after).toContain('ostinato_consumer_handled_total{consumer="notes"} 1');
    expect(after).toContain('ostinato_consumer_failures_total{consumer="notes"} 10');
  });

  test("are woken by a commit, on a server that listens", async () => {
    await server.listen();
    const listening = new Promise<void>((resolve) => {
      const look = () => (clock.waiting > 0 ? resolve() : setImmediate(look));
      look();
    });
    await listening;
    await leave(server.context, "a");
    // While an earlier transaction is under way the consumer looks again a quarter of a second later. Its usual tick is farther off.
    let passed = 0;
    const look = async () => {
      if (passed < 2) await clock.advance(0.25);
      passed += 0.25;
      return writtenDown(server.context);
    };
    await expect.poll(look).toContain("a");
  });
});
