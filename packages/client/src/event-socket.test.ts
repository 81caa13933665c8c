import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTimestamp, systemClock, timeOrderedId } from "@ostinato/core";
import { type Event, type EventCreate, filterEvents, nextEvents } from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { type Line, openLine } from "@ostinato/testing/line";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createClient } from "./client.ts";
import type { EventSink } from "./event-sink.ts";
import { postingEventSink } from "./event-sink.ts";
import { socketEventSink } from "./event-socket.ts";
import { subscribeToEvents } from "./event-subscription.ts";

let folder: string;
let server: Server;
let serverPort: number;
let line: Line;
const said: string[] = [];
const clock = systemClock();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-client-"));
  const config = readConfig({
    OSTINATO_DATABASE_URL: `sqlite://${join(folder, "ostinato.db")}`,
    OSTINATO_SERVER_PORT: "0",
    OSTINATO_LOG_LEVEL: "silent",
    OSTINATO_SERVER_SOCKET_BACKLOG: "2000000",
  });
  server = await createServer({ config });
  serverPort = Number(new URL(await server.listen()).port);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  line = await openLine(serverPort);
  said.length = 0;
});
afterEach(() => line.close());

const reports = {
  onLost: () => void said.push("lost"),
  onFound: () => void said.push("found"),
};

function eventNamed(event: string, n: number): EventCreate {
  const now = clock.now();
  return {
    id: timeOrderedId(now),
    occurred: formatTimestamp(now),
    event,
    resource: { "prefect.resource.id": `test.thing.${n}` },
    related: [],
    payload: { n },
  };
}

/** The numbers that the server has, in the order in which it has them. */
async function keptNumbers(event: string): Promise<number[]> {
  const client = createClient({ baseUrl: `http://127.0.0.1:${serverPort}/api` });
  const events: Event[] = [];
  let page = await client.call(filterEvents, {
    body: { filter: { event: { name: [event] }, order: "ASC" }, limit: 50 },
  });
  for (;;) {
    events.push(...page.events);
    if (page.next_page === null) return events.map(({ payload }) => Number(payload.n));
    const token = new URL(page.next_page).searchParams.get("page-token") ?? "";
    page = await client.call(nextEvents, { query: { "page-token": token } });
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const baseUrl = () => `http://127.0.0.1:${line.port}/api`;
const sinks: [string, () => EventSink][] = [
  ["a websocket, many events a frame", () => socketEventSink({ baseUrl: baseUrl(), batches: true, ...reports })],
  ["a websocket, one event a frame", () => socketEventSink({ baseUrl: baseUrl(), batches: false, ...reports })],
  ["requests", () => postingEventSink(createClient({ baseUrl: baseUrl() }), reports)],
];

test.each(sinks)("by %s: what was flushed is on the server", async (kind, open) => {
  const sink = open();
  for (const n of numbers(300)) sink.send(eventNamed(`flushed ${kind}`, n));
  await sink.flush();
  expect(sink.unacknowledged).toBe(0);
  expect(await keptNumbers(`flushed ${kind}`)).toEqual(numbers(300));
  await sink.close();
  expect(said).toEqual([]);
});

test.each(sinks)("by %s: nothing is lost or doubled when the line is cut, which is said once", async (kind, open) => {
  const sink = open();
  const event = `cut ${kind}`;
  for (const n of numbers(50)) sink.send(eventNamed(event, n));
  await sink.flush();
  for (const n of numbers(200)) sink.send(eventNamed(event, 50 + n));
  await line.cut();
  for (const n of numbers(50)) sink.send(eventNamed(event, 250 + n));
  while (said.length === 0) await new Promise(setImmediate);
  await line.mend();
  await sink.flush();
  expect(await keptNumbers(event)).toEqual(numbers(300));
  expect(said).toEqual(["lost", "found"]);
  await sink.close();
});

test("asks to wait while the server is away and the room is used up", async () => {
  const capacity = { messages: 100, characters: 1_000_000 };
  const sink = socketEventSink({ baseUrl: baseUrl(), batches: true, capacity, ...reports });
  await line.cut();
  for (const n of numbers(99)) sink.send(eventNamed("room", n));
  expect(sink.backpressure).toBeUndefined();
  sink.send(eventNamed("room", 99));
  const { backpressure } = sink;
  expect(backpressure).toBeInstanceOf(Promise);
  await line.mend();
  await backpressure;
  await sink.flush();
  expect(await keptNumbers("room")).toEqual(numbers(100));
  await sink.close();
});

test("an event that the server refuses is dropped, and holds nothing up", async () => {
  const refused: string[] = [];
  const sink = postingEventSink(createClient({ baseUrl: baseUrl() }), {
    onRefused(_, event) {
      refused.push(event);
      return undefined;
    },
  });
  for (const n of numbers(5)) sink.send(eventNamed("good", n));
  sink.send({ ...eventNamed("bad", 0), id: "no id" });
  for (const n of numbers(5)) sink.send(eventNamed("good", 5 + n));
  await sink.flush();
  expect(await keptNumbers("good")).toEqual(numbers(10));
  expect(refused.map((event) => JSON.parse(event).id)).toEqual(["no id"]);
  await sink.close();
});

test("a websocket tells which event the server left out", async () => {
  const refused: [string, string][] = [];
  const onRefused = (error: Error, event: string) => {
    refused.push([JSON.parse(event).id, error.message]);
    return undefined;
  };
  const sink = socketEventSink({ baseUrl: baseUrl(), batches: true, onRefused });
  sink.send(eventNamed("beside", 0));
  sink.send({ ...eventNamed("bad", 0), id: "no id" });
  await sink.flush();
  expect(await keptNumbers("beside")).toEqual([0]);
  expect(refused).toEqual([["no id", expect.stringMatching(/^id: /)]]);
  await sink.close();
});

test.each(["POST", "websocket"])(
  "what goes in the place of a refused event arrives before the flush ends, by %s",
  async (how) => {
    const name = `instead by ${how}`;
    // More than the few that other clients are told of.
    const bad = numbers(20).map((n) => ({ ...eventNamed(name, n), related: [{}] }));
    const onRefused = (_: Error, text: string) => JSON.stringify({ ...JSON.parse(text), related: [] });
    const sink =
      how === "POST"
        ? postingEventSink(createClient({ baseUrl: baseUrl() }), { onRefused })
        : socketEventSink({ baseUrl: baseUrl(), batches: true, onRefused });
    for (const event of bad) sink.send(event);
    await sink.flush();
    expect((await keptNumbers(name)).toSorted((one, other) => one - other)).toEqual(numbers(20));
    await sink.close();
  },
);

test("a subscriber hears what it asked for, also after the line was cut", async () => {
  const heard: number[] = [];
  let connected = 0;
  const subscription = subscribeToEvents({
    baseUrl: baseUrl(),
    filter: { event: { name: ["wanted"] } },
    onEvent: ({ payload }) => heard.push(Number(payload.n)),
    onConnected: () => {
      connected += 1;
    },
  });
  const sink = postingEventSink(createClient({ baseUrl: `http://127.0.0.1:${serverPort}/api` }));
  // The server listens shortly after the connection stands: events are sent until one is heard.
  const hear = async (n: number) => {
    while (heard.at(-1) !== n) {
      sink.send(eventNamed("unwanted", n));
      sink.send(eventNamed("wanted", n));
      await sink.flush();
      await new Promise(setImmediate);
    }
  };
  await hear(1);
  await line.cut();
  await line.mend();
  await hear(2);
  expect(connected).toBe(2);
  expect(new Set(heard)).toEqual(new Set([1, 2]));
  subscription.close();
  await sink.close();
});

test("a subscriber that was sent away because it read too slowly comes again, and hears what it missed", async () => {
  const heard: number[] = [];
  const subscription = subscribeToEvents({
    baseUrl: baseUrl(),
    filter: { event: { name: ["heavy"] } },
    onEvent: ({ payload }) => heard.push(Number(payload.n)),
  });
  const sink = postingEventSink(createClient({ baseUrl: `http://127.0.0.1:${serverPort}/api` }));
  const dropped = async () => {
    const text = await (await fetch(`http://127.0.0.1:${serverPort}/api/metrics`)).text();
    return Number(/^ostinato_sockets_dropped_total\{path="\/events\/out"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const heavy = (n: number) => {
    const { payload, ...event } = eventNamed("heavy", n);
    return { ...event, payload: { ...payload, text: "x".repeat(500_000) } };
  };
  sink.send(heavy(0));
  while (heard.length === 0) await new Promise(setImmediate);
  const stalled = line.stall();
  let sent = 0;
  while ((await dropped()) === 0) {
    sent += 1;
    sink.send(heavy(sent));
    await sink.flush();
  }
  stalled.release();
  while (new Set(heard).size <= sent) await new Promise(setImmediate);
  expect([...new Set(heard)].sort((one, other) => one - other)).toEqual(numbers(sent + 1));
  subscription.close();
  await sink.close();
});
