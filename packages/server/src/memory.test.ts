import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createClient } from "@ostinato/client";
import { formatTimestamp, systemClock, timeOrderedId } from "@ostinato/core";
import { createLogs, filterLogs, type LogCreate, readLogWindow } from "@ostinato/protocol";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestSocket } from "../test/socket-harness.ts";
import { plainEvent } from "./events/event-harness.ts";

const childServer = fileURLToPath(new URL("../test/child-server-harness.ts", import.meta.url));
/** Of JavaScript's memory, in megabytes. What is sent below is several times as much. */
const heapMegabytes = 72;

describe("a server whose memory is small", () => {
  const clock = systemClock();
  let database: TestDatabase;
  let child: ChildProcess;
  let address: string;
  let died: unknown;
  beforeAll(async () => {
    database = await openDatabase("sqlite");
    child = fork(childServer, {
      execArgv: [`--max-old-space-size=${heapMegabytes}`],
      env: {
        ...process.env,
        OSTINATO_DATABASE_URL: database.url,
        OSTINATO_SERVER_PORT: "0",
        OSTINATO_LOG_LEVEL: "error",
        OSTINATO_SERVER_MAX_BYTES: String(8 * 1024 * 1024),
      },
    });
    child.once("exit", (code, signal) => {
      died = { code, signal };
    });
    address = String((await once(child, "message"))[0]);
  });
  afterAll(async () => {
    child.kill("SIGKILL");
    await database.dispose();
  });

  const megabyte = "x".repeat(1_000_000);
  const line = (flowRunId: string): LogCreate => ({
    name: "flood",
    level: 20,
    message: megabyte,
    timestamp: formatTimestamp(clock.now()),
    flow_run_id: flowRunId,
  });

  test("takes many large requests at once, one after the other, and can show what it took", async () => {
    const client = createClient({ baseUrl: `${address}/api`, retries: 30 });
    const flowRunId = timeOrderedId(clock.now());
    const body = Array.from({ length: 5 }, () => line(flowRunId));
    await Promise.all(Array.from({ length: 20 }, () => client.call(createLogs, { body })));
    const logs = { flow_run_id: { any_: [flowRunId] } };
    const pages = await Promise.all([0, 200].map((offset) => client.call(filterLogs, { body: { logs, offset } })));
    expect(pages.map(({ length }) => length)).toEqual([100, 0]);
    const window = await client.call(readLogWindow, { body: { flow_run_id: flowRunId, limit: 1000 } });
    expect(window.logs).toHaveLength(100);
    expect(died).toBeUndefined();
  });

  test("makes those wait who send more events than it can write, and keeps every one", async () => {
    const sockets = await Promise.all(Array.from({ length: 8 }, () => openTestSocket(address, "/events/in")));
    const event = `flood.${timeOrderedId(clock.now())}`;
    const payload = { text: megabyte };
    for (const socket of sockets) {
      for (let index = 0; index < 10; index += 1) socket.send(plainEvent({ event, occurred: clock.now(), payload }));
    }
    await Promise.all(sockets.map((socket) => socket.settled()));
    const counted = await fetch(`${address}/api/events/filter`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ filter: { event: { name: [event] } }, limit: 1 }),
    });
    expect(await counted.json()).toMatchObject({ total: 80 });
    expect(died).toBeUndefined();
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});
