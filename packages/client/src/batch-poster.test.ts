import { expect, test } from "vitest";
import { batchPoster } from "./batch-poster.ts";
import { ApiError } from "./errors.ts";

test("leaves a busy server alone for as long as it asks, then brings it everything in order", async () => {
  const waits: number[] = [];
  const arrived: string[] = [];
  let busy = 2;
  const poster = batchPoster({
    capacity: { messages: 100, characters: 10_000 },
    batch: { messages: 10, characters: 1000 },
    clock: {
      now: () => 0 as never,
      elapsed: () => 0,
      after(seconds, done) {
        waits.push(seconds);
        queueMicrotask(done);
        return () => {};
      },
    },
    async post(messages) {
      busy -= 1;
      if (busy >= 0) throw new ApiError("POST /logs/", 429, null, 7);
      arrived.push(...messages);
    },
  });
  const messages = Array.from({ length: 30 }, (_, index) => String(index));
  for (const message of messages) poster.add(message);
  await poster.flush();
  expect(arrived).toEqual(messages);
  expect(waits).toHaveLength(2);
  for (const seconds of waits) expect(seconds).toBeGreaterThanOrEqual(7);
  await poster.close();
});
