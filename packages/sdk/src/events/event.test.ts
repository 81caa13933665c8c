import { join } from "node:path";
import { createClient } from "@ostinato/client";
import { createEvents, filterLogs } from "@ostinato/protocol";
import { createServer, readConfig } from "@ostinato/server";
import { fakeClock } from "@ostinato/testing/clock";
import { expect, test, vi } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { emit, flow, type ReceivedEvent, resumeRun, useConnection } from "../index.ts";
import { event } from "./event.ts";

// Whoever waits on a busy machine waits long.
vi.setConfig({ testTimeout: 60_000 });
const patience = { timeout: 30_000, interval: 50 };

const recorder = recordOnOwnServer();

/** Resolves when the run says that it waits. */
async function waiting(id: string, times = 1): Promise<void> {
  await vi.waitFor(async () => {
    const logs = await recorder.client.call(filterLogs, { body: { logs: { flow_run_id: { any_: [id] } } } });
    expect(logs.filter(({ message }) => message.startsWith("waiting for"))).toHaveLength(times);
  }, patience);
}

const pay = (order: string, payload = {}) => emit("order.paid", { resource: `order/${order}`, payload });

test("a flow waits for the first event that fits, from its call on", async () => {
  await pay("1");
  const run = flow({ name: "ships" }, async () => await event("order.*", { resource: "order/1" }))();
  await waiting(await run.created);
  await pay("2");
  const sent = await pay("1", { amount: 2n ** 60n });
  expect(await run).toEqual({ ...sent, payload: { amount: 2n ** 60n }, received: expect.any(String) });
});

test("a flow may wait for what has come since its beginning, and for one after the other", async () => {
  const begun = Promise.withResolvers<void>();
  const run = flow({ name: "loops" }, async () => {
    await begun.promise;
    const first = await event("loop", { since: "run" });
    const second = await event("loop", { since: first });
    return [first, second].map(({ payload }) => payload.n);
  })();
  await run.created;
  await emit("loop", { resource: "a", payload: { n: 1 } });
  await emit("loop", { resource: "a", payload: { n: 2 } });
  begun.resolve();
  expect(await run).toEqual([1, 2]);
});

test("a run that is retried or goes on has the event that it has received, and none is lost between", async () => {
  const got: ReceivedEvent[] = [];
  const shipping = flow({ name: "goes on" }, async () => {
    got.push(await event("goes.on"));
    if (got.length === 1) throw new Error("the printer has no paper");
    return await event("goes.again");
  });
  const first = shipping();
  const id = await first.created;
  await waiting(id);
  const sent = await emit("goes.on", { resource: "a" });
  await expect(first).rejects.toThrow("no paper");
  await emit("goes.on", { resource: "later" });
  const again = resumeRun(id, shipping);
  await waiting(id, 2);
  again.cancel("the machine goes down");
  await again.finished();
  const between = await emit("goes.again", { resource: "between" });
  expect(await resumeRun(id, shipping)).toMatchObject({ id: between.id });
  expect(got.map((each) => each.id)).toEqual([sent.id, sent.id, sent.id]);
});

test("a wait whose time is over is an error in plain words", async () => {
  const run = flow({ name: "late" }, async () => await event(["a.late", "b.late"], { timeout: "10ms" }))();
  await expect(run).rejects.toThrow('No event "a.late" or "b.late" came within 0.01 s. Raise "timeout"');
  expect(await run.finished()).toMatchObject({ type: "FAILED", error: { code: "EVENT_TIMEOUT" } });
});

test("an event is pushed by the server: no time passes on the program's own clock", async () => {
  const config = readConfig({
    OSTINATO_DATABASE_URL: `sqlite://${join(recorder.folder, "pushing.db")}`,
    OSTINATO_LOG_LEVEL: "silent",
    OSTINATO_SERVER_PORT: "0",
  });
  const listening = await createServer({ config });
  try {
    const baseUrl = `${await listening.listen()}/api`;
    const other = createClient({ baseUrl });
    await using _ = await useConnection({ baseUrl, inProcess: false }, fakeClock());
    const run = flow({ name: "pushed" }, async () => await event("pushed", { since: "run" }))();
    await run.created;
    const sent = {
      id: "0192f000-0000-7000-8000-000000000001",
      event: "pushed",
      resource: { "prefect.resource.id": "a" },
    };
    await other.call(createEvents, { body: [{ ...sent, occurred: new Date().toISOString() }] });
    expect(await run).toMatchObject(sent);
  } finally {
    await listening.stop();
  }
});

test.each([
  { call: () => event("a"), says: 'event("a") needs a flow run' },
  { call: () => event(5 as never), says: "takes the name of an event" },
  { call: () => event("a", { timeot: 5 } as never), says: 'no option "timeot"' },
  {
    call: () => flow({ name: "w1" }, async () => await event("a", { since: "ever" as never }))(),
    says: 'since is "ever"',
  },
  { call: () => flow({ name: "w2" }, async () => await event("a", { resource: 5 as never }))(), says: "resource is 5" },
])("a wait is asked for in a way that can be understood: $says", async ({ call, says }) => {
  await expect(call()).rejects.toThrow(says);
});
