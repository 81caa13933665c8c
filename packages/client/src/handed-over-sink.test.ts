import { fakeClock } from "@ostinato/testing/clock";
import { expect, test } from "vitest";
import type { EventSink } from "./event-sink.ts";
import { handedOverSink } from "./handed-over-sink.ts";

/** A sink that keeps what it is given, and acknowledges it when the test says. */
function keepingSink() {
  const events: unknown[] = [];
  const flushing = Promise.withResolvers<void>();
  const state = { held: true, closed: false };
  const sink: EventSink = {
    send: (event) => void events.push(event),
    backpressure: undefined,
    get unacknowledged() {
      return events.length;
    },
    unacknowledgedTexts: () => events.map((event) => JSON.stringify(event)),
    flush: () => flushing.promise,
    keepAlive: (alive) => void Object.assign(state, { held: alive }),
    close: async () => void Object.assign(state, { closed: true }),
  };
  return { sink, events, state, acknowledge: () => flushing.resolve() };
}

const event = (id: string) => ({ id }) as never;

function start() {
  const clock = fakeClock();
  const [first, next] = [keepingSink(), keepingSink()];
  const opened = Promise.withResolvers<EventSink>();
  const sink = handedOverSink(first.sink, () => opened.promise, { clock, afterSeconds: 1, afterEvents: 3 });
  return { clock, first, next, sink, open: async () => opened.resolve(next.sink) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a short program never opens the next sink", async () => {
  const { clock, sink, first, next } = start();
  sink.send(event("a"));
  await clock.advance(0.9);
  await sink.close();
  await clock.advance(10);
  expect([first.events.length, next.events.length, first.state.closed, next.state.closed]).toEqual([1, 0, true, false]);
});

test.each([
  ["after its time", async ({ clock }: ReturnType<typeof start>) => clock.advance(1)],
  [
    "after so many events",
    async ({ sink }: ReturnType<typeof start>) => {
      for (const id of ["b", "c"]) sink.send(event(id));
    },
  ],
])("the next sink takes what comes %s, once it is open", async (_, until) => {
  const started = start();
  const { sink, first, next, open } = started;
  sink.send(event("a"));
  sink.keepAlive(false);
  await until(started);
  sink.send(event("while it opens"));
  await open();
  await settle();
  sink.send(event("last"));
  expect(first.events.at(-1)).toEqual({ id: "while it opens" });
  expect(next.events).toEqual([{ id: "last" }]);
  expect(next.state.held).toBe(false);
  expect(sink.unacknowledged).toBe(first.events.length + 1);
  expect(sink.unacknowledgedTexts().at(-1)).toBe('{"id":"last"}');
  let flushed = false;
  const flushing = sink.flush().then(() => {
    flushed = true;
  });
  first.acknowledge();
  await settle();
  expect(flushed).toBe(false);
  next.acknowledge();
  await flushing;
  await sink.close();
  expect([first.state.closed, next.state.closed]).toEqual([true, true]);
});

test("a sink that opens after the end is closed", async () => {
  const { clock, sink, next, open } = start();
  await clock.advance(1);
  await sink.close();
  await open();
  await settle();
  expect(next.state.closed).toBe(true);
});

test("where the next sink can't be opened, the first one goes on", async () => {
  const clock = fakeClock();
  const first = keepingSink();
  const cannotOpen = () => Promise.reject(new Error("no websockets here"));
  const sink = handedOverSink(first.sink, cannotOpen, { clock, afterSeconds: 1, afterEvents: 3 });
  await clock.advance(1);
  await settle();
  sink.send(event("later"));
  expect(first.events).toEqual([{ id: "later" }]);
  await sink.close();
  expect(first.state.closed).toBe(true);
});
