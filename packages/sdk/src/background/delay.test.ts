import { addSeconds, systemClock, toTimestamp } from "@ostinato/core";
import { filterBackgroundTasks, setTaskRunState } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { expect, test, vi } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { task } from "../index.ts";
import { observeRuns } from "../logging/observers.ts";
import { session, useConnection } from "../session/session.ts";
import { registerBackground } from "../task/background.ts";

const server = recordOnOwnServer();
registerBackground({ load: () => import("./background.ts") });
const hour = 3600;

let listening: Promise<string> | undefined;
async function apiUrl(): Promise<string> {
  listening ??= server.server.listen();
  return `${await listening}/api`;
}

test.each([
  ["ahead", hour],
  ["behind", -hour],
])("a program whose clock is an hour %s of the server's delays a task by the server's clock", async (name, seconds) => {
  const { connection } = await session();
  const now = systemClock().now();
  await using _ = await useConnection({ ...connection, inProcess: false }, fakeClock(addSeconds(now, seconds)));
  const work = task({ name, key: name }, async function work() {});
  await work.delay();
  await work.with({ startIn: "10m" }).delay();
  const tasks = await server.client.call(filterBackgroundTasks, {});
  const found = tasks.find(({ task_key }) => task_key.startsWith(name));
  expect(found).toMatchObject({ waiting: 1, scheduled: 1 });
  const due = toTimestamp(found?.next_due ?? 0);
  expect(due).toBeGreaterThanOrEqual(addSeconds(now, 600));
  expect(due).toBeLessThanOrEqual(addSeconds(systemClock().now(), 600));
});

test("2,000 runs that are delayed at once are stored by a few requests", async () => {
  const { connection, transport } = await session();
  const requests: string[] = [];
  await using _ = await useConnection({
    ...connection,
    inProcess: false,
    transport(request) {
      if (request.method === "POST") requests.push(request.path);
      return transport(request);
    },
  });
  const many = task({ name: "many", key: "many" }, async function many(_: number) {});
  requests.length = 0;
  const runs = await Promise.all(Array.from({ length: 2000 }, (_, index) => many.delay(index)));
  expect(new Set(runs.map(({ id }) => id)).size).toBe(2000);
  expect(requests.length).toBeLessThan(20);
  const tasks = await server.client.call(filterBackgroundTasks, {});
  expect(tasks.find(({ task_key }) => task_key.startsWith("many"))).toMatchObject({ waiting: 2000 });
});

test("a server that is older than the program is asked for each run by itself", async () => {
  const { connection, transport } = await session();
  const baseUrl = await apiUrl();
  const asked: string[] = [];
  await using _ = await useConnection({
    ...connection,
    baseUrl,
    inProcess: false,
    transport(request) {
      asked.push(request.path);
      const isNew = /\/(ends|bulk_create)$/.test(request.path);
      return transport(isNew ? { ...request, path: "/not/there" } : request);
    },
  });
  const old = task({ name: "old", key: "old" }, async function old(_: number) {});
  const runs = await Promise.all([old.delay(1), old.delay(2)]);
  for (const { id } of runs) {
    const body = { state: { type: "COMPLETED" as const }, force: true };
    await server.client.call(setTaskRunState, { params: { id }, body });
  }
  expect(await Promise.all(runs.map((run) => run.result()))).toEqual([undefined, undefined]);
  expect(asked.filter((path) => path.endsWith("/value"))).toHaveLength(2);
});

test("a program that waits for a task that no connected worker runs says so, once", async () => {
  const notices: string[] = [];
  const stop = observeRuns((told) => {
    if (told.kind === "notice") notices.push(told.message);
  });
  const clock = fakeClock(systemClock().now());
  await using _ = await useConnection({ baseUrl: await apiUrl(), inProcess: false }, clock);
  const lonely = task({ name: "lonely", key: "lonely" }, async function lonely() {});
  const runs = [await lonely.delay(), await lonely.delay()];
  const ends = runs.map((run) => run.finished());
  await vi.waitFor(
    async () => {
      await clock.advance(5);
      expect(notices).toEqual([
        expect.stringMatching(
          /waits for a run of the task "lonely", and no connected task worker runs that task\. Start/,
        ),
      ]);
    },
    { timeout: 20_000 },
  );
  for (const { id } of runs) {
    const body = { state: { type: "COMPLETED" as const }, force: true };
    await server.client.call(setTaskRunState, { params: { id }, body });
  }
  expect((await Promise.all(ends)).map(({ type }) => type)).toEqual(["COMPLETED", "COMPLETED"]);
  await clock.advance(3600);
  expect(notices).toHaveLength(1);
  stop();
});
