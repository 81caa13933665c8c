import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arrival, fits, judge } from "./admission.rules.ts";

const limits = { requests: 2, waiting: 4, bytes: 100 };
const idle = { requests: 0, bytes: 0, waiting: 0 };
const arrival = (given: Partial<Arrival> = {}): Arrival => ({ size: 0, ownWaiting: 0, mostOfOne: 0, ...given });

test.each([
  ["nothing is done", idle, arrival(), "go"],
  ["it is larger than all bytes, and alone", idle, arrival({ size: 500 }), "go"],
  ["its bytes fit", { ...idle, requests: 1, bytes: 60 }, arrival({ size: 40 }), "go"],
  ["its bytes do not fit", { ...idle, requests: 1, bytes: 60 }, arrival({ size: 41 }), "wait"],
  ["it has no body and others have all bytes", { ...idle, requests: 1, bytes: 100 }, arrival(), "go"],
  ["as many are worked on as may", { ...idle, requests: 2 }, arrival(), "wait"],
  ["others wait, though it would fit", { ...idle, requests: 1, waiting: 1 }, arrival(), "wait"],
  ["one client alone fills the places", { requests: 2, bytes: 0, waiting: 3 }, arrival({ ownWaiting: 3 }), "wait"],
  [
    "one client alone has filled them",
    { requests: 2, bytes: 0, waiting: 4 },
    arrival({ ownWaiting: 4 }),
    "server busy",
  ],
  [
    "its client has half of the places and others wait",
    { requests: 2, bytes: 0, waiting: 3 },
    arrival({ ownWaiting: 2, mostOfOne: 2 }),
    "too many of this client",
  ],
  [
    "another client has filled the places",
    { requests: 2, bytes: 0, waiting: 4 },
    arrival({ mostOfOne: 4 }),
    "displace",
  ],
  [
    "all places are taken by many clients",
    { requests: 2, bytes: 0, waiting: 4 },
    arrival({ ownWaiting: 1, mostOfOne: 2 }),
    "server busy",
  ],
])("when %s", (_when, load, arrives, verdict) => {
  expect(judge(load, arrives, limits)).toBe(verdict);
});

test("whatever arrives and ends, what is worked on and what waits stay within their bounds, and nothing is stuck", () => {
  const step = fc.oneof(fc.record({ size: fc.nat(300) }), fc.constant("end" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const underWay: number[] = [];
      const queue: number[] = [];
      const load = () => ({
        requests: underWay.length,
        bytes: underWay.reduce((sum, size) => sum + size, 0),
        waiting: queue.length,
      });
      for (const each of steps) {
        if (each === "end") underWay.shift();
        else {
          const verdict = judge(load(), { size: each.size, ownWaiting: queue.length, mostOfOne: queue.length }, limits);
          if (verdict === "go") underWay.push(each.size);
          if (verdict === "wait") queue.push(each.size);
        }
        while (queue[0] !== undefined && fits(load(), queue[0], limits)) underWay.push(queue.shift() ?? 0);
        expect(underWay.length).toBeLessThanOrEqual(limits.requests);
        expect(queue.length).toBeLessThanOrEqual(limits.waiting);
        const largest = Math.max(0, ...underWay);
        expect(load().bytes).toBeLessThanOrEqual(Math.max(limits.bytes, largest));
        if (queue.length > 0) expect(underWay.length).toBeGreaterThan(0);
      }
    }),
  );
});
