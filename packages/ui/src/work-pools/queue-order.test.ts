import { expect, test } from "vitest";
import { movedTo } from "./queue-order.ts";

const queue = (id: string, priority: number) => ({ id, priority });
const dense = [queue("a", 1), queue("b", 2), queue("c", 3)];
const sparse = [queue("a", 1), queue("b", 10), queue("c", 20)];

test.each([
  ["up to the front", dense, "c", 0, { c: 1, a: 2, b: 3 }],
  ["down to the end", dense, "a", 2, { b: 2, c: 3, a: 4 }],
  ["one place up", dense, "c", 1, { a: 1, c: 2, b: 3 }],
  ["one place down", dense, "a", 1, { b: 2, a: 3, c: 4 }],
  ["where there is room for it", sparse, "c", 1, { a: 1, c: 10, b: 11 }],
  ["so that only those give way that have to", sparse, "b", 0, { b: 1, a: 2, c: 20 }],
])("a queue moves %s", (_, queues, id, to, expected) => {
  const moved = movedTo(queues, id, to);
  expect(Object.fromEntries(moved?.queues.map((one) => [one.id, one.priority]) ?? [])).toEqual(expected);
  expect(moved?.queues.map((one) => one.id)).toEqual(Object.keys(expected));
  expect(moved?.priority).toBe(moved?.queues.find((one) => one.id === id)?.priority);
});

test.each([
  ["is there already", "b", 1],
  ["is before the first place", "a", -1],
  ["is after the last place", "c", 3],
  ["is not of the pool", "x", 0],
])("a queue that %s does not move", (_, id, to) => {
  expect(movedTo(dense, id, to)).toBeUndefined();
});
