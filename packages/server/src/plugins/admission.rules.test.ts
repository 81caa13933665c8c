import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arrival, decide, fits } from "./admission.rules.ts";

const limits = { requests: 4, waiting: 4 };
const idle = { requests: 0, waiting: 0 };
const arrival = (given: Partial<Arrival> = {}): Arrival => ({
  ownUnderWay: 0,
  ownWaiting: 0,
  maxOfOneClient: 0,
  ...given,
});

test.each([
  ["nothing is done", idle, arrival(), "go"],
  ["there is room", { requests: 3, waiting: 0 }, arrival({ ownUnderWay: 2 }), "go"],
  ["as many are worked on as may", { requests: 4, waiting: 0 }, arrival(), "wait"],
  ["its client has its share, alone", { requests: 3, waiting: 0 }, arrival({ ownUnderWay: 3 }), "wait"],
  [
    "another client has its share, and more that wait",
    { requests: 3, waiting: 4 },
    arrival({ maxOfOneClient: 4 }),
    "go",
  ],
  ["one client alone fills the places", { requests: 4, waiting: 3 }, arrival({ ownWaiting: 3 }), "wait"],
  ["one client alone has filled them", { requests: 4, waiting: 4 }, arrival({ ownWaiting: 4 }), "server busy"],
  [
    "its client has half of the places and others wait",
    { requests: 4, waiting: 3 },
    arrival({ ownWaiting: 2, maxOfOneClient: 2 }),
    "too many of this client",
  ],
  [
    "another client has filled the places",
    { requests: 4, waiting: 4 },
    arrival({ maxOfOneClient: 4 }),
    "replace another",
  ],
  [
    "all places are taken by many clients",
    { requests: 4, waiting: 4 },
    arrival({ ownWaiting: 1, maxOfOneClient: 2 }),
    "server busy",
  ],
])("when %s", (_when, load, arrives, verdict) => {
  expect(decide(load, arrives, limits)).toBe(verdict);
});

test("running and waiting requests stay within their bounds in any order of arrivals and ends, and none gets stuck", () => {
  const step = fc.oneof(fc.constantFrom("a", "b", "c"), fc.constant("end" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const underWay: string[] = [];
      let queue: string[] = [];
      const of = (list: readonly string[], client: string) => list.filter((each) => each === client).length;
      const load = () => ({ requests: underWay.length, waiting: queue.length });
      for (const each of steps) {
        if (each === "end") underWay.shift();
        else {
          const verdict = decide(
            load(),
            {
              ownUnderWay: of(underWay, each),
              ownWaiting: of(queue, each),
              maxOfOneClient: Math.max(...["a", "b", "c"].map((client) => of(queue, client))),
            },
            limits,
          );
          if (verdict === "go") underWay.push(each);
          if (verdict === "wait") queue.push(each);
        }
        queue = queue.filter((client) => {
          if (!fits(load(), of(underWay, client), limits)) return true;
          underWay.push(client);
          return false;
        });
        expect(underWay.length).toBeLessThanOrEqual(limits.requests);
        expect(queue.length).toBeLessThanOrEqual(limits.waiting);
        for (const client of ["a", "b", "c"]) expect(of(underWay, client)).toBeLessThanOrEqual(3);
        if (queue.length > 0) expect(underWay.length).toBeGreaterThanOrEqual(3);
      }
    }),
  );
});
