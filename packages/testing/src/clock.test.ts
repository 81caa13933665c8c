import { formatTimestamp, sleep } from "@ostinato/core";
import { expect, it } from "vitest";
import { fakeClock } from "./clock.ts";

it("stands still but for a microsecond a look", () => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  expect([clock.now(), clock.now()].map(formatTimestamp)).toEqual([
    "2030-01-01T00:00:00Z",
    "2030-01-01T00:00:00.000001Z",
  ]);
});

it("fires timers in the order in which they fall due, at their moment", async () => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name} ${formatTimestamp(clock.now())}`);
  clock.after(60, note("late"));
  clock.after(0.5, note("early"));
  clock.after(120, note("too late"));
  await clock.advance(60);
  expect(fired).toEqual(["early 2030-01-01T00:00:00.500000Z", "late 2030-01-01T00:01:00Z"]);
  expect(clock.waiting).toBe(1);
});

it("fires timers that other timers set on the way", async () => {
  const clock = fakeClock();
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    clock.after(10, tick);
  };
  tick();
  await clock.advance(35);
  expect(ticks).toBe(4);
});

it("lets a program sleep again and again in one step", async () => {
  const clock = fakeClock();
  const naps = (async () => {
    for (let nap = 0; nap < 5; nap++) await sleep(clock, 3600);
    return "rested";
  })();
  await clock.advance(5 * 3600);
  expect(await naps).toBe("rested");
});

it("forgets a timer that was taken back", async () => {
  const clock = fakeClock();
  let fired = false;
  const cancel = clock.after(1, () => {
    fired = true;
  });
  cancel();
  await clock.advance(10);
  expect(fired).toBe(false);
});

it("can be set without firing anything", () => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  clock.after(1, () => expect.unreachable());
  const past = fakeClock("2020-01-01T00:00:00Z").now();
  clock.set(past);
  expect(clock.now()).toBe(past);
  expect(clock.waiting).toBe(1);
});

it("says when the code under test has gone to sleep", async () => {
  const clock = fakeClock();
  const asleep = clock.untilWaiting(2);
  queueMicrotask(() => {
    clock.after(1, () => undefined);
    clock.after(2, () => undefined);
  });
  await asleep;
  expect(clock.waiting).toBe(2);
});
