import { addSeconds, systemClock, toTimestamp } from "@ostinato/core";
import { filterBackgroundTasks } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { task } from "../index.ts";
import { session, useConnection } from "../session/session.ts";
import { registerBackground } from "../task/background.ts";

const server = recordOnOwnServer();
registerBackground({ load: () => import("./background.ts") });
const hour = 3600;

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
