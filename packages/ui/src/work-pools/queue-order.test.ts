import { expect, test } from "vitest";
import { movedTo } from "./queue-order.ts";

const queue = (name: string, priority: number) => ({ id: `id of ${name}`, name, priority });

/** The order after a move, as the server gives it: by priority, then by name. */
function orderAfter(queues: readonly ReturnType<typeof queue>[], name: string, to: number): readonly string[] {
  const changes = new Map(movedTo(queues, `id of ${name}`, to).map((change) => [change.name, change.priority]));
  return queues
    .map((one) => ({ ...one, priority: changes.get(one.name) ?? one.priority }))
    .toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
    .map((one) => one.name);
}

const alike = [queue("a", 1), queue("b", 1), queue("c", 1), queue("d", 1)];
const apart = [queue("z", 1), queue("m", 10), queue("b", 20), queue("a", 30)];

test.each([
  ["to the front of equal priorities", alike, "d", 0, ["d", "a", "b", "c"]],
  ["to the end of equal priorities", alike, "a", 3, ["b", "c", "d", "a"]],
  ["one up among equal priorities", alike, "c", 1, ["a", "c", "b", "d"]],
  ["one down among equal priorities", alike, "b", 2, ["a", "c", "b", "d"]],
  ["to the front of different priorities", apart, "a", 0, ["a", "z", "m", "b"]],
  ["to the end of different priorities", apart, "z", 3, ["m", "b", "a", "z"]],
  ["between different priorities", apart, "a", 1, ["z", "a", "m", "b"]],
  ["to where it is", apart, "m", 1, ["z", "m", "b", "a"]],
])("a queue moves %s", (_, queues, name, to, expected) => {
  expect(orderAfter(queues, name, to)).toEqual(expected);
});

test("no priority is below 1, and only those change that have to", () => {
  expect(movedTo(apart, "id of a", 1)).toEqual([{ name: "a", priority: 2 }]);
  expect(movedTo(alike, "id of d", 0)).toEqual([
    { name: "a", priority: 2 },
    { name: "b", priority: 2 },
    { name: "c", priority: 2 },
  ]);
  for (const { priority } of movedTo(alike, "id of a", 3)) expect(priority).toBeGreaterThanOrEqual(1);
});

test("a queue that is not there moves nothing", () => {
  expect(movedTo(alike, "id of x", 0)).toEqual([]);
});
