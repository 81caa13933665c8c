import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Transport } from "@ostinato/client";
import { createConcurrencyLimit } from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { fakeClock } from "@ostinato/testing/clock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { injecting } from "../../test/harness.ts";
import { flow } from "../flow/flow.ts";
import { useConnection } from "../session/session.ts";
import { task } from "../task/task.ts";
import { rateLimit } from "./concurrency.ts";

const clock = fakeClock();
let folder: string;
let server: Server;
let transport: Transport;
let session: AsyncDisposable;
let isReturnRefused = false;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-rates-"));
  process.env.OSTINATO_HOME = folder;
  process.env.OSTINATO_LOG_LEVEL ??= "off";
  const config = readConfig({
    OSTINATO_DATABASE_URL: `sqlite://${join(folder, "ostinato.db")}`,
    OSTINATO_LOG_LEVEL: "silent",
  });
  server = await createServer({ config, clock });
  const inject = injecting(server);
  transport = async (request) => {
    const isReturn = request.path.endsWith("/decrement-with-lease");
    return isReturn && isReturnRefused ? { status: 422, body: "{}" } : await inject(request);
  };
  session = await useConnection({ baseUrl: "in-process", transport, inProcess: true }, clock);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Lets time pass until the work is done; gives the seconds that it took. */
async function timed(work: Promise<unknown>): Promise<number> {
  const begun = clock.elapsed();
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  const look = async () => {
    if (!done) await clock.advance(0.5);
    return done;
  };
  await expect.poll(look, { interval: 1, timeout: 20_000 }).toBe(true);
  await ended;
  return clock.elapsed() - begun;
}

test("a rate lets pass as many as it has at once, and the others one after the other", async () => {
  const client = createClient({ baseUrl: "in-process", transport });
  await client.call(createConcurrencyLimit, { body: { name: "api", limit: 2, slot_decay_per_second: 0.1 } });
  const calls = async () => {
    for (let call = 0; call < 5; call += 1) await rateLimit("api");
  };
  // Two pass at once, three wait for 10 s each.
  expect(await timed(calls())).toBeGreaterThanOrEqual(30);
});

test("a run whose slot can't be given back has its result all the same", async () => {
  const call = task({ concurrency: 1 }, async function keepsSlot(value: number) {
    isReturnRefused = true;
    return value;
  });
  const once = flow(async function callsOnce() {
    return await call(7);
  });
  expect(await once()).toBe(7);
  isReturnRefused = false;
});

test("a rate of a task spreads its runs over time", async () => {
  const call = task({ rate: "2/min" }, async function callsApi(_index: number) {});
  const often = flow(async function callsOften() {
    await Promise.all([0, 1, 2, 3].map((index) => call(index)));
  });
  expect(await timed(often())).toBeGreaterThanOrEqual(60);
});
