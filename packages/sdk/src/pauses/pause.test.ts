import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@ostinato/client";
import {
  createDeployment,
  createFlow,
  createFlowRunFromDeployment,
  type FlowRun,
  listFlowRunStates,
  readConcurrencyLimit,
  readFlowRun,
  readFlowRunInput,
  resumeFlowRun,
  setFlowRunState,
} from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { fakeClock } from "@ostinato/testing/clock";
import { type } from "arktype";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { injecting } from "../../test/harness.ts";
import { Cancelled, PauseTimeout } from "../errors.ts";
import { flow, resumeRun } from "../flow/flow.ts";
import type { FlowFuture } from "../flow/flow-future.ts";
import { useConnection } from "../session/session.ts";
import { task } from "../task/task.ts";
import { pause, suspend } from "./pause.ts";

// Whoever waits on a busy machine waits long.
vi.setConfig({ testTimeout: 60_000 });
const patience = { timeout: 30_000, interval: 5 };

const clock = fakeClock();
let folder: string;
let server: Server;
let client: Client;
let session: AsyncDisposable;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-pauses-"));
  process.env.OSTINATO_HOME = folder;
  process.env.OSTINATO_LOG_LEVEL ??= "off";
  const config = readConfig({
    OSTINATO_DATABASE_URL: `sqlite://${join(folder, "ostinato.db")}`,
    OSTINATO_LOG_LEVEL: "silent",
  });
  server = await createServer({ config, clock });
  const transport = injecting(server);
  client = createClient({ baseUrl: "in-process", transport });
  session = await useConnection({ baseUrl: "in-process", transport, inProcess: true }, clock);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Lets time pass until the promise is settled. */
async function settled<T>(promise: PromiseLike<T>): Promise<T> {
  let isSettled = false;
  const done = Promise.resolve(promise).finally(() => {
    isSettled = true;
  });
  done.catch(() => {});
  const look = async () => {
    if (!isSettled) await clock.advance(0.5);
    return isSettled;
  };
  await expect.poll(look, { interval: 1, timeout: 30_000 }).toBe(true);
  return await done;
}

const read = (id: string) => client.call(readFlowRun, { params: { id } });

/** The run as soon as it can be answered. */
async function paused(run: FlowFuture<unknown>, key = "1"): Promise<FlowRun> {
  const id = await run.created;
  let found: FlowRun | undefined;
  await expect
    .poll(
      async () => {
        await clock.advance(0.5);
        const row = await read(id);
        const { run_input_keyset: keys, pause_key } = row.state?.state_details ?? {};
        const isHere = row.state_type === "PAUSED" && pause_key === key;
        if (isHere && (keys == null || (await inputOf(id, keys.schema ?? "").catch(() => undefined)) !== undefined))
          found = row;
        return found !== undefined;
      },
      { interval: 1, timeout: 30_000 },
    )
    .toBe(true);
  return found as FlowRun;
}

const inputOf = async (id: string, key: string) =>
  JSON.parse(await client.call(readFlowRunInput, { params: { id, key } })) as unknown;

const resume = (id: string, input?: Record<string, unknown>) =>
  client.call(resumeFlowRun, { params: { id }, body: input === undefined ? {} : { run_input: input } });

async function statesOf(id: string): Promise<readonly string[]> {
  return (await client.call(listFlowRunStates, { query: { flow_run_id: id } })).map(({ name }) => name);
}

test("a pause shows its question, and gives the answer in its shape", async () => {
  const run = flow({ name: "asks" }, async () => {
    const answer = await pause({
      title: "Which date?",
      description: "The **first** day.",
      input: z.object({ day: z.date(), rows: z.number().default(3), note: z.string().optional() }),
      initial: { note: "none" },
      timeout: "1d",
    });
    return { ...answer, isDate: answer.day instanceof Date };
  })();
  const { id, state } = await paused(run);
  expect(state).toMatchObject({
    type: "PAUSED",
    name: "Paused",
    message: "Which date?",
    state_details: {
      pause_key: "1",
      pause_reschedule: false,
      run_input_keyset: {
        description: "paused-1-description",
        response: "paused-1-response",
        schema: "paused-1-schema",
      },
    },
  });
  expect(await inputOf(id, "paused-1-description")).toBe("The **first** day.");
  expect(await inputOf(id, "paused-1-schema")).toMatchObject({
    title: "Which date?",
    type: "object",
    properties: { day: { format: "date-time" }, note: { default: "none" }, rows: { default: 3 } },
    required: ["day"],
  });
  expect(await resume(id, { day: "2026-12-01T00:00:00Z" })).toMatchObject({ status: "ACCEPT" });
  expect(await settled(run)).toEqual({ day: new Date("2026-12-01T00:00:00Z"), rows: 3, note: "none", isDate: true });
  expect(await statesOf(id)).toEqual(["Pending", "Running", "Paused", "Running", "Completed"]);
});

test.each([
  { library: "zod", input: z.enum(["yes", "no"]), answer: "yes" },
  { library: "arktype", input: type("number[]"), answer: [1, 2] },
  { library: "TypeBox", input: Type.Integer(), answer: 7 },
])("an answer that is not an object is asked for as a field: $library", async ({ input, answer }) => {
  const run = flow({ name: "plain" }, async () => await pause({ input }))();
  const { id } = await paused(run);
  expect(await inputOf(id, "paused-1-schema")).toMatchObject({ properties: { value: {} }, required: ["value"] });
  await resume(id, { value: answer });
  expect(await settled(run)).toEqual(answer);
});

test("a schema that refers to itself keeps doing so", async () => {
  interface Tree {
    readonly name: string;
    readonly parts: Tree[];
  }
  const tree: z.ZodType<Tree[]> = z.array(z.object({ name: z.string(), parts: z.lazy(() => tree) }));
  const run = flow({ name: "trees" }, async () => await pause({ input: tree }))();
  const { id } = await paused(run);
  expect(await resume(id, { value: [{ name: "a", parts: [{ name: 1 }] }] })).toMatchObject({ status: "REJECT" });
  await resume(id, { value: [{ name: "a", parts: [{ name: "b", parts: [] }] }] });
  expect(await settled(run)).toEqual([{ name: "a", parts: [{ name: "b", parts: [] }] }]);
});

test("a pause without input waits to be resumed; its description is kept", async () => {
  const run = flow({ name: "rests" }, async () => {
    await pause();
    return await pause({ description: "Look at *this*." });
  })();
  const first = await paused(run);
  expect(first.state?.state_details.run_input_keyset).toBeNull();
  await resume(first.id);
  const second = await paused(run, "2");
  expect(await inputOf(second.id, "paused-2-description")).toBe("Look at *this*.");
  await resume(second.id, {});
  expect(await settled(run)).toBeUndefined();
});

test("pauses in a loop, at once, in a task and in a subflow each get their own answer", async () => {
  const input = z.object({ n: z.number() });
  const asking = task(async function asking() {
    return await pause({ input });
  });
  const sub = flow({ name: "sub" }, async () => await pause({ input, key: "mine" }));
  let subflow: FlowFuture<{ n: number }> | undefined;
  const run = flow({ name: "many" }, async () => {
    const got = [];
    for (let i = 0; i < 2; i += 1) got.push((await pause({ input })).n);
    const both = await Promise.all([pause({ input }), asking()]);
    subflow = sub();
    return [...got, ...both.map(({ n }) => n), (await subflow).n];
  })();
  for (const n of [1, 2, 3, 4]) await resume((await paused(run, String(n))).id, { n });
  const called = async () => {
    await clock.advance(0.5);
    return subflow !== undefined;
  };
  await expect.poll(called, { interval: 1, timeout: 30_000 }).toBe(true);
  const asked = await paused(subflow as never, "mine");
  expect((await read(await run.created)).state_type).toBe("RUNNING");
  await resume(asked.id, { n: 5 });
  expect(await settled(run)).toEqual([1, 2, 3, 4, 5]);
});

test("an answer that only the program's checks refuse is asked for again, with what is wrong", async () => {
  const input = z.object({ day: z.string().refine((day) => day !== "sunday", "nothing is published on sundays") });
  const run = flow({ name: "checks" }, async () => await pause({ input, description: "Which day?" }))();
  const { id } = await paused(run);
  await resume(id, { day: "sunday" });
  await paused(run, "1-again-1");
  expect(await inputOf(id, "paused-1-again-1-description")).toBe(
    '**The answer is wrong.** day: nothing is published on sundays. It was given "sunday"\n\nWhich day?',
  );
  expect(await inputOf(id, "paused-1-again-1-schema")).toMatchObject({ properties: { day: { default: "sunday" } } });
  await resume(id, { day: "monday" });
  expect(await settled(run)).toEqual({ day: "monday" });
});

test("a pause that nobody answers ends the run as failed, once, by an error that the flow can catch", async () => {
  const run = flow({ name: "forgotten", retries: 2 }, async () => await pause({ timeout: "10m" }))();
  const { id } = await paused(run);
  const final = await settled(run.finished());
  expect(final).toMatchObject({ type: "FAILED", error: { code: "PAUSE_TIMEOUT" } });
  expect(final.type === "FAILED" && final.error.message).toMatch(/was paused and not resumed within 600 s/);
  expect(await statesOf(id)).toEqual(["Pending", "Running", "Paused", "Failed"]);
  expect(await resume(id)).toMatchObject({ status: "ABORT" });

  const catching = flow({ name: "goes on" }, async () => {
    try {
      return await pause({ timeout: 5 });
    } catch (error) {
      return error instanceof PauseTimeout ? "nobody" : error;
    }
  })();
  expect(await settled(catching)).toBe("nobody");
  expect(await statesOf(await catching.created)).toEqual(["Pending", "Running", "Paused", "Failed", "Completed"]);
});

test("a pause whose server ends it first is told so", async () => {
  const run = flow({ name: "ended" }, async () => await pause({ timeout: 5 }))();
  const { id } = await paused(run);
  // The server's watch comes before the process looks again.
  const state = { type: "FAILED", message: "The flow was paused and never resumed." } as const;
  await client.call(setFlowRunState, { params: { id }, body: { state, force: true } });
  expect(await settled(run.finished())).toMatchObject({ type: "FAILED", error: { code: "PAUSE_TIMEOUT" } });
});

test("a paused run that is cancelled stops", async () => {
  let error: unknown;
  const run = flow({ name: "stopped" }, async () => {
    await pause({ timeout: "1d" }).catch((thrown: unknown) => {
      error = thrown;
      throw thrown;
    });
  })();
  const { id } = await paused(run);
  const state = { type: "CANCELLING", message: "not today" } as const;
  await client.call(setFlowRunState, { params: { id }, body: { state } });
  expect(await settled(run.finished())).toMatchObject({ type: "CANCELLED" });
  expect(error).toBeInstanceOf(Cancelled);
  expect(await statesOf(id)).toEqual(["Pending", "Running", "Paused", "Cancelling", "Cancelled"]);
});

test("the time of a pause counts neither for the time limit of the flow nor as an attempt", async () => {
  let attempts = 0;
  const run = flow({ name: "limited", timeout: "2m", retries: 1 }, async () => {
    attempts += 1;
    await pause({ timeout: "1d" });
    if (attempts === 1) throw new Error("once");
    await new Promise(() => {});
  })();
  const { id } = await paused(run);
  await clock.advance(300);
  await resume(id);
  // The failure after the pause is retried, and the pause is asked for anew.
  await vi.waitFor(async () => {
    await clock.advance(1);
    expect(attempts).toBe(2);
  }, patience);
  const again = await paused(run);
  expect(again.run_count).toBe(2);
  await resume(id);
  const final = await settled(run.finished());
  expect(final).toMatchObject({ type: "FAILED", name: "TimedOut" });
});

test("a run that was taken for dead while it was paused is paused again", async () => {
  const run = flow({ name: "slept" }, async () => await pause({ input: z.object({ n: z.number() }) }))();
  const { id } = await paused(run);
  const state = { type: "CRASHED", state_details: { process_lost: true } } as const;
  await client.call(setFlowRunState, { params: { id }, body: { state, force: true } });
  await resume((await paused(run)).id, { n: 7 });
  expect(await settled(run)).toEqual({ n: 7 });
  expect(await statesOf(id)).toEqual([
    "Pending",
    "Running",
    "Paused",
    "Crashed",
    "Running",
    "Paused",
    "Running",
    "Completed",
  ]);
});

test("only the run of a deployment can be suspended, by its flow's own code", async () => {
  const suspending = (name: string, fn: () => Promise<unknown>) => flow({ name }, fn)().finished();
  expect(await settled(suspending("script", () => suspend()))).toMatchObject({
    type: "FAILED",
    error: {
      code: "RUN_ABORTED",
      message: expect.stringMatching(
        /cannot be suspended: Cannot suspend flows without a deployment\. Serve or deploy/,
      ),
    },
  });
  const sub = flow({ name: "inner" }, async () => await suspend());
  expect(await settled(suspending("outer", () => sub()))).toMatchObject({
    error: { message: expect.stringContaining("Cannot suspend subflows") },
  });
  const inTask = task(async function inTask() {
    await suspend();
  });
  expect(await settled(suspending("tasks", () => inTask()))).toMatchObject({
    error: { code: "USAGE_ERROR", message: expect.stringContaining("not in a task") },
  });
});

test("a suspension gives the slot of its key to others, and takes it again when it goes on", async () => {
  const inTurn = flow(
    { name: "in turn", concurrency: { key: ({ site }) => site, limit: 1 } },
    async function inTurn(_: { site: string }) {
      await suspend();
      return await slots();
    },
  );
  const slots = async () => {
    const params = { id_or_name: "flow:in turn:north" };
    return (await client.call(readConcurrencyLimit, { params })).active_slots;
  };
  const { id: flow_id } = await client.call(createFlow, { body: { name: "in turn" } });
  const deployed = await client.call(createDeployment, { body: { name: "daily", flow_id } });
  const run = await client.call(createFlowRunFromDeployment, {
    params: { id: deployed.id },
    body: { parameters: { site: "north" } },
  });
  await expect(settled(resumeRun(run.id, inTurn))).rejects.toThrow(/suspended/i);
  expect((await read(run.id)).state_name).toBe("Suspended");
  expect(await slots()).toBe(0);
  await resume(run.id);
  expect(await settled(resumeRun(run.id, inTurn))).toBe(1);
  await expect.poll(slots, patience).toBe(0);
});

test("a pause is woken by its server at once: no time passes on the program's own clock", async () => {
  const config = readConfig({
    OSTINATO_DATABASE_URL: `sqlite://${join(folder, "listening.db")}`,
    OSTINATO_LOG_LEVEL: "silent",
    OSTINATO_SERVER_PORT: "0",
  });
  const listening = await createServer({ config });
  try {
    const baseUrl = `${await listening.listen()}/api`;
    const other = createClient({ baseUrl });
    await using _ = await useConnection({ baseUrl, inProcess: false }, fakeClock());
    const run = flow({ name: "pushed" }, async () => await pause({ input: z.number() }))();
    const params = { id: await run.created };
    await vi.waitFor(async () => {
      const answered = await other.call(resumeFlowRun, { params, body: { run_input: { value: 5 } } });
      expect(answered.status).toBe("ACCEPT");
    }, patience);
    expect(await run).toBe(5);
  } finally {
    await listening.stop();
  }
});

test.each([
  { call: () => suspend(), says: "suspend() needs a flow run" },
  { call: () => pause(), says: "pause() needs a flow run" },
  { call: () => pause({ tittle: "a" } as never), says: 'no option "tittle"' },
  { call: () => pause({ timeout: "soon" as never }), says: "timeout" },
  { call: () => pause({ input: "z" as never }), says: "give a schema, such as z.object" },
])("is asked for in a way that can be understood: $says", async ({ call, says }) => {
  await expect(call()).rejects.toThrow(says);
});
