import { expect, test } from "vitest";
import { type TypeNode, typeTree } from "./type-tree.ts";

const outline = (nodes: readonly TypeNode[]): unknown =>
  nodes.map(({ label, type, count, isMore, below }) => [
    label,
    type,
    isMore ? `${count}+` : count,
    ...(below.length === 0 ? [] : [outline(below)]),
  ]);

test("names become a tree by their dots, and beginnings of one name do not stand alone", () => {
  const names = [
    { name: "model.trained", count: 3 },
    { name: "order.paid", count: 1 },
    { name: "order.refunded", count: 2 },
    { name: "prefect.flow-run.Failed", count: 2 },
    { name: "prefect.flow-run.Running", count: 10 },
    { name: "prefect.worker.heartbeat", count: 5 },
    { name: "tick", count: 1 },
  ];
  expect(outline(typeTree(names, 10))).toEqual([
    ["model.trained", "model.trained", 3],
    [
      "order",
      "order.",
      3,
      [
        ["paid", "order.paid", 1],
        ["refunded", "order.refunded", 2],
      ],
    ],
    [
      "prefect",
      "prefect.",
      "17+",
      [
        [
          "flow-run",
          "prefect.flow-run.",
          "12+",
          [
            ["Failed", "prefect.flow-run.Failed", 2],
            ["Running", "prefect.flow-run.Running", "10+"],
          ],
        ],
        ["worker.heartbeat", "prefect.worker.heartbeat", 5],
      ],
    ],
    ["tick", "tick", 1],
  ]);
});

test("what all names of a group have in common is one node", () => {
  const names = ["a.b.c.d", "a.b.c.e"].map((name) => ({ name, count: 1 }));
  expect(outline(typeTree(names, 10))).toEqual([
    [
      "a.b.c",
      "a.b.c.",
      2,
      [
        ["d", "a.b.c.d", 1],
        ["e", "a.b.c.e", 1],
      ],
    ],
  ]);
});

test("names that end with dots, or have nothing else, are shown as they are", () => {
  const names = ["", ".", "..", "a.", "a.b"].map((name) => ({ name, count: 1 }));
  const all = (nodes: readonly TypeNode[]): string[] =>
    nodes.flatMap(({ type, below }) => (below.length === 0 ? [type] : all(below)));
  expect(all(typeTree(names, 10)).toSorted()).toEqual(names.map(({ name }) => name).toSorted());
});
