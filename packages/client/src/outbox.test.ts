import fc from "fast-check";
import { expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

const ample = { messages: 1_000_000, characters: 1_000_000 };

test("everything is sent, in order, again after each lost connection, until it is acknowledged", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), count: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constant("send" as const), count: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ kind: fc.constant("acknowledge" as const), count: fc.constant(0) }),
    fc.record({ kind: fc.constant("lose" as const), count: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const outbox = new Outbox(ample);
      const arrived: number[] = [];
      let added = 0;
      let receipt = 0;
      const send = (messages: number) => {
        const batch = outbox.take({ messages, characters: 1_000_000 });
        if (batch === undefined) return;
        const numbers = batch.texts.map(Number);
        expect(batch.upTo).toBe((numbers.at(-1) ?? 0) + 1);
        for (const number of numbers) if (number === arrived.length) arrived.push(number);
        expect(arrived.length).toBeGreaterThanOrEqual(batch.upTo);
        receipt = batch.upTo;
      };
      for (const { kind, count } of steps) {
        if (kind === "add") for (let n = 0; n < count; n += 1, added += 1) outbox.add(String(added));
        if (kind === "send") send(count);
        if (kind === "acknowledge") outbox.acknowledge(receipt);
        if (kind === "lose") outbox.rewind();
        expect(outbox.size).toBeLessThanOrEqual(added);
      }
      while (outbox.hasUnsent) send(1000);
      outbox.acknowledge(receipt);
      expect(arrived).toEqual(Array.from({ length: added }, (_, index) => index));
      expect(outbox.size).toBe(0);
    }),
  );
});

test("asks to wait when it is full, and no more when half of it has gone", async () => {
  const outbox = new Outbox({ messages: 4, characters: 1000 });
  for (let n = 0; n < 3; n += 1) outbox.add("x");
  expect(outbox.backpressure).toBeUndefined();
  outbox.add("x");
  const backpressure = outbox.backpressure;
  expect(backpressure).toBeInstanceOf(Promise);
  outbox.take(ample);
  outbox.acknowledge(1);
  expect(outbox.backpressure).toBe(backpressure);
  outbox.acknowledge(2);
  expect(outbox.backpressure).toBeUndefined();
  await backpressure;
});

test("drains when what was given before is acknowledged, whatever comes after", async () => {
  const outbox = new Outbox(ample);
  outbox.add("a");
  const drained = outbox.drained();
  outbox.add("b");
  outbox.take(ample);
  outbox.acknowledge(1);
  await drained;
  expect(outbox.size).toBe(1);
});
