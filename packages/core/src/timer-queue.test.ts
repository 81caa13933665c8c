import { fakeClock } from "@ostinato/testing/clock";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TimerQueue } from "./timer-queue.ts";
import { addSeconds } from "./timestamp.ts";

test("fires in the order in which the waits fall due, over one timer of the clock", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 60 }), async (delays) => {
      const clock = fakeClock();
      const timers = new TimerQueue(clock);
      const fired: number[] = [];
      for (const delay of delays) timers.after(delay, () => fired.push(delay));
      expect(clock.waiting).toBe(Math.min(1, delays.length));
      await clock.advance(1001);
      expect(fired).toEqual([...delays].sort((a, b) => a - b));
      expect([timers.waiting, clock.waiting]).toEqual([0, 0]);
    }),
    { numRuns: 50 },
  );
});

test("a wait that is taken back does not fire, and the last one frees the clock", async () => {
  const clock = fakeClock();
  const timers = new TimerQueue(clock);
  const fired: string[] = [];
  const takeBack = timers.after(1, () => fired.push("first"));
  timers.after(2, () => fired.push("second"));
  takeBack();
  takeBack();
  expect(timers.waiting).toBe(1);
  await clock.advance(3);
  expect(fired).toEqual(["second"]);
  timers.after(60, () => {})();
  expect(clock.waiting).toBe(0);
});

test("a wait lasts as long as it was asked to when somebody moves the clock", async () => {
  const clock = fakeClock();
  const timers = new TimerQueue(clock);
  const fired: string[] = [];
  timers.after(10, () => fired.push("after an hour back"));
  clock.set(addSeconds(clock.now(), -3600));
  timers.after(20, () => fired.push("after an hour forward"));
  clock.set(addSeconds(clock.now(), 7200));
  await clock.advance(9);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect(fired).toEqual(["after an hour back"]);
  await clock.advance(10);
  expect(fired).toEqual(["after an hour back", "after an hour forward"]);
});
