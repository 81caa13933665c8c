import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layOut } from "./graph-layout.ts";
import type { LayoutInput, Placed } from "./graph-shapes.ts";

const box = (id: string, width = 100, height = 34) => ({ id, width, height });
const arrows = (...names: readonly string[]) =>
  names.map((name) => ({ from: name.split(">")[0] ?? "", to: name.split(">")[1] ?? "" }));

function at(input: LayoutInput, id: string): Placed {
  const placed = layOut(input).nodes.get(id);
  if (placed === undefined) throw new Error(`${id} has no place`);
  return placed;
}

const graphs = fc
  .array(fc.record({ width: fc.integer({ min: 96, max: 260 }), height: fc.constantFrom(34, 34, 34, 120) }), {
    minLength: 1,
    maxLength: 40,
  })
  .chain((sizes) => {
    const place = fc.nat({ max: sizes.length - 1 });
    return fc.array(fc.tuple(place, place), { maxLength: 80 }).map((pairs) => ({
      nodes: sizes.map((size, index) => ({ id: `n${index}`, ...size })),
      edges: pairs.map(([from, to]) => ({ from: `n${from}`, to: `n${to}` })),
    }));
  });

describe("the layout of a graph", () => {
  test("places a chain in one line, from left to right", () => {
    const input = { nodes: ["a", "b", "c"].map((id) => box(id)), edges: arrows("a>b", "b>c") };
    const places = ["a", "b", "c"].map((id) => at(input, id));
    expect(places.map(({ x }) => x)).toEqual([0, 156, 312]);
    expect(new Set(places.map(({ y }) => y))).toEqual(new Set([0]));
  });

  test("leads an arrow past the boxes between its ends", () => {
    const input = { nodes: ["a", "b", "c"].map((id) => box(id)), edges: arrows("a>b", "b>c", "a>c") };
    const { nodes, edges } = layOut(input);
    const between = nodes.get("b");
    const passing = (edges[2] ?? []).filter(({ x }) => x >= 156 && x <= 256);
    expect(passing.length).toBeGreaterThan(0);
    for (const { y } of passing)
      expect(y < (between?.y ?? 0) || y > (between?.y ?? 0) + 34, `passes at ${y}`).toBe(true);
  });

  test("crosses no arrows where none need cross", () => {
    const input = {
      nodes: ["a", "b", "c", "z", "y", "x"].map((id) => box(id)),
      edges: arrows("a>x", "b>y", "c>z", "a>y", "b>z"),
    };
    const heights = ["x", "y", "z"].map((id) => at(input, id).y);
    const parents = ["a", "b", "c"].map((id) => at(input, id).y);
    const isRising = (values: readonly number[]) =>
      values.every((value, index) => value >= (values[index - 1] ?? value));
    expect(isRising(parents)).toBe(isRising(heights));
  });

  test("brings what only feeds a late box near to it", () => {
    const input = { nodes: ["a", "b", "c", "late"].map((id) => box(id)), edges: arrows("a>b", "b>c", "late>c") };
    expect(at(input, "late").x).toBe(at(input, "b").x);
  });

  test("puts what is not connected beside and under each other", () => {
    const { width, height } = layOut({ nodes: Array.from({ length: 100 }, (_, index) => box(`n${index}`)), edges: [] });
    expect(width).toBeGreaterThan(500);
    expect(height).toBeGreaterThan(300);
  });

  test("draws a circle, its last arrow backwards", () => {
    const { edges } = layOut({ nodes: ["a", "b"].map((id) => box(id)), edges: arrows("a>b", "b>a") });
    const [there, back] = edges.map((points) => Math.sign((points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0)));
    expect([there, back]).toEqual([1, -1]);
  });

  test("gives every box a place of its own and every arrow whole curves", () => {
    fc.assert(
      fc.property(graphs, (input) => {
        const { nodes, edges, width, height } = layOut(input);
        const places = [...nodes.values()];
        expect(places).toHaveLength(input.nodes.length);
        for (const [index, one] of places.entries()) {
          expect(one.x >= 0 && one.y >= -0.001 && one.x + one.width <= width + 0.001).toBe(true);
          expect(one.y + one.height).toBeLessThanOrEqual(height + 0.001);
          for (const other of places.slice(index + 1)) {
            const apart =
              one.x + one.width <= other.x ||
              other.x + other.width <= one.x ||
              one.y + one.height <= other.y + 0.001 ||
              other.y + other.height <= one.y + 0.001;
            expect(apart, `${one.id} and ${other.id}`).toBe(true);
          }
        }
        for (const points of edges) {
          expect(points.length % 3).toBe(1);
          expect(points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test("is quick enough for the page also where everything depends on everything before it", () => {
    const nodes = Array.from({ length: 300 }, (_, index) => box(`n${index}`));
    const edges = nodes.flatMap(({ id }, index) => nodes.slice(index + 1).map((to) => ({ from: id, to: to.id })));
    expect(layOut({ nodes, edges }).edges).toHaveLength(edges.length);
  });
});
