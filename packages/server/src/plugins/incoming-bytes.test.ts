import { fakeClock } from "@ostinato/testing/clock";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stepBytes } from "./incoming-bytes.rules.ts";
import { createIncomingBytes } from "./incoming-bytes.ts";

const maxBytes = 16 * stepBytes;

/** A body of a client that sends a step whenever it is read. */
function sender(incoming: ReturnType<typeof createIncomingBytes>, client: string, size: number) {
  const body = { client, size, sent: 0, paused: false, done: false };
  const memory = incoming.open({
    client,
    pause: () => (body.paused = true),
    resume: () => (body.paused = false),
    tooSlow() {},
  });
  return {
    body,
    send() {
      if (body.paused || body.done) return;
      body.sent = Math.min(size, body.sent + stepBytes);
      memory.setBytes(body.sent);
      if (body.sent < size) return;
      memory.complete();
      body.done = true;
    },
    release: () => memory.release(),
  };
}

test("memory stays bounded, and all bodies finish, whatever number of clients sends them in whatever order", () => {
  const each = fc.record({ client: fc.constantFrom("a", "b", "c"), size: fc.integer({ min: 1, max: 3 * maxBytes }) });
  fc.assert(
    fc.property(fc.array(each, { minLength: 1, maxLength: 30 }), (bodies) => {
      const incoming = createIncomingBytes({ maxBytes, clock: fakeClock() });
      const senders = bodies.map(({ client, size }) => sender(incoming, client, size));
      const largest = Math.max(...bodies.map(({ size }) => size));
      // Each may bring its first two steps before it is held up.
      const bound = maxBytes + largest + 2 * bodies.length * stepBytes;
      for (let turn = 0; senders.some(({ body }) => !body.done); turn += 1) {
        for (const { send } of senders) send();
        expect(incoming.taken).toBeLessThanOrEqual(bound);
        expect(turn).toBeLessThan(5000);
        // What has come in full is worked on for a turn.
        if (turn % 2 === 1) for (const { body, release } of senders) if (body.done) release();
      }
      for (const { release } of senders) release();
      expect(incoming.taken).toBe(0);
    }),
  );
});

test("one client leaves room for another, whatever it sends", () => {
  const incoming = createIncomingBytes({ maxBytes: 64 * stepBytes, clock: fakeClock() });
  const flood = Array.from({ length: 10 }, () => sender(incoming, "a", 10 * maxBytes));
  for (let turn = 0; turn < 100; turn += 1) for (const { send } of flood.slice(1)) send();
  expect(flood.slice(1).filter(({ body }) => body.paused).length).toBeGreaterThanOrEqual(8);
  const other = sender(incoming, "b", 3 * stepBytes);
  for (let turn = 0; turn < 3; turn += 1) other.send();
  expect(other.body).toMatchObject({ done: true });
});

test("a stalled body is given up after ten checks, and one that arrives slowly but steadily is not", async () => {
  const clock = fakeClock();
  const incoming = createIncomingBytes({ maxBytes, clock });
  const slow: string[] = [];
  const open = (client: string) =>
    incoming.open({ client, pause() {}, resume() {}, tooSlow: () => void slow.push(client) });
  open("still").setBytes(10);
  const steady = open("steady");
  for (let second = 1; second <= 30; second += 1) {
    steady.setBytes((second * stepBytes) / 8);
    await clock.advance(1);
  }
  expect(slow).toEqual(["still"]);
});
