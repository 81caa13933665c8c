import ELK from "elkjs/lib/elk.bundled.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Place } from "./graph-blocks.ts";
import { hiddenSides, margin, minReadableScale, openingScale, openingView } from "./graph-camera.ts";
import { type Layout, type LayoutInput, type LayoutNode, layOut } from "./graph-layout.ts";
import type { LayoutEdge } from "./graph-parts.ts";

const elk = new ELK({ algorithms: ["layered"] });
const drawn = (input: LayoutInput) => layOut(input, (graph) => elk.layout(graph));

const wide = 1150;
const phone = 340;

const boxes = (count: number, width = 170): readonly LayoutNode[] =>
  Array.from({ length: count }, (_, index) => ({ id: `n${index}`, width, height: 46 }));

const arrows = (pairs: readonly (readonly [number, number])[], kind: LayoutEdge["kind"] = "value") =>
  pairs.map(([from, to]): LayoutEdge => ({ from: `n${from}`, to: `n${to}`, kind }));

const chain = (count: number) => arrows(Array.from({ length: count - 1 }, (_, at) => [at, at + 1] as const));

const placeOf = (layout: Layout, id: string): Place => {
  const place = layout.nodes.get(id);
  if (place === undefined) throw new Error(`${id} has no place`);
  return place;
};

const overlap = (one: Place, other: Place) =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

const contains = (outer: Omit<Place, "id">, inner: Place) =>
  inner.x >= outer.x - 1 &&
  inner.y >= outer.y - 1 &&
  inner.x + inner.width <= outer.x + outer.width + 1 &&
  inner.y + inner.height <= outer.y + outer.height + 1;

describe("a graph", () => {
  test("that fits into a wide room runs from left to right", async () => {
    const layout = await drawn({ nodes: boxes(4), edges: chain(4), width: wide });
    const xs = ["n0", "n1", "n2", "n3"].map((id) => placeOf(layout, id).x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(new Set(["n0", "n3"].map((id) => placeOf(layout, id).y)).size).toBe(1);
  });

  test("that is too long for it is wrapped into rows", async () => {
    const layout = await drawn({ nodes: boxes(11), edges: chain(11), width: wide });
    expect(layout.width).toBeLessThanOrEqual(wide);
    expect(layout.height).toBeLessThan(400);
    const rows = new Set(boxes(11).map(({ id }) => placeOf(layout, id).y));
    expect(rows.size).toBeGreaterThan(1);
  });

  test("runs downwards on a phone, with parallel boxes in rows", async () => {
    const fan = Array.from({ length: 12 }, (_, at) => at + 1);
    const edges = arrows([...fan.map((to) => [0, to] as const), ...fan.map((from) => [from, 13] as const)]);
    const layout = await drawn({ nodes: boxes(14, 150), edges, width: phone });
    expect(layout.width).toBeLessThanOrEqual(phone);
    const [first, last] = [placeOf(layout, "n0"), placeOf(layout, "n13")];
    for (const at of fan) {
      expect(placeOf(layout, `n${at}`).y).toBeGreaterThanOrEqual(first.y + first.height);
      expect(placeOf(layout, `n${at}`).y).toBeLessThan(last.y);
    }
    expect(layout.areas.map(({ kind }) => kind)).toEqual(["set"]);
  });

  test("has no box for those that it draws in rows", async () => {
    const nodes = ["n0", "n1", "n2", "n3"].map((id) => ({ id, width: 120, height: 46 }));
    const edges = ["n1", "n2", "n3"].map((to): LayoutEdge => ({ from: "n0", to, kind: "value" }));
    const layout = await drawn({ nodes, edges, width: phone });
    expect([...layout.nodes.keys()].sort()).toEqual(["n0", "n1", "n2", "n3"]);
    expect(layout.areas).toHaveLength(1);
  });

  test("has what nothing connects below the rest, in an area of its own", async () => {
    const layout = await drawn({
      nodes: boxes(9),
      edges: arrows([
        [0, 1],
        [2, 3],
      ]),
      width: wide,
    });
    const [area] = layout.areas;
    if (area === undefined) throw new Error("there is no area");
    expect(area.kind).toBe("apart");
    const inside = boxes(9).filter(({ id }) => contains(area, placeOf(layout, id)));
    expect(inside.map(({ id }) => id)).toEqual(["n4", "n5", "n6", "n7", "n8"]);
    expect(placeOf(layout, "n2").y).toBeGreaterThan(placeOf(layout, "n0").y + 46);
    expect(area.y).toBeGreaterThan(placeOf(layout, "n2").y + 46);
  });

  test("has arrows between frames from frame to frame, and order only where no value leads there", async () => {
    const nodes: readonly LayoutNode[] = [
      ...boxes(3),
      { id: "a", width: 100, height: 46, within: "n0" },
      { id: "b", width: 100, height: 46, within: "n1" },
    ];
    const edges: readonly LayoutEdge[] = [
      { from: "a", to: "b", kind: "value" },
      ...arrows([[1, 2]], "value"),
      ...arrows(
        [
          [0, 2],
          [0, 1],
        ],
        "order",
      ),
    ];
    const layout = await drawn({ nodes, edges, width: wide });
    expect(layout.edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`).sort()).toEqual([
      "n0 value n1",
      "n1 value n2",
    ]);
    expect(contains(placeOf(layout, "n0"), placeOf(layout, "a"))).toBe(true);
  });
});

/** Any graph without circles, nested up to three deep. */
const graphs = fc
  .record({
    widths: fc.array(fc.integer({ min: 96, max: 260 }), { minLength: 1, maxLength: 24 }),
    pairs: fc.array(fc.tuple(fc.nat(23), fc.nat(23)), { maxLength: 40 }),
    nesting: fc.array(fc.option(fc.nat(23), { nil: undefined }), { minLength: 24, maxLength: 24 }),
    room: fc.constantFrom(phone, 700, wide),
  })
  .map(({ widths, pairs, nesting, room }) => {
    const nodes: LayoutNode[] = [];
    const depths: number[] = [];
    for (const [at, width] of widths.entries()) {
      const outer = nesting[at];
      const isNested = outer !== undefined && outer < at && (depths[outer] ?? 0) < 2;
      depths.push(isNested ? (depths[outer] ?? 0) + 1 : 0);
      nodes.push({
        id: `n${at}`,
        width: Math.min(width, room),
        height: 46,
        within: isNested ? `n${outer}` : undefined,
      });
    }
    const edges = pairs
      .filter(([from, to]) => from < to && to < nodes.length)
      .map(
        ([from, to]): LayoutEdge => ({
          from: `n${from}`,
          to: `n${to}`,
          kind: (from + to) % 3 === 0 ? "order" : "value",
        }),
      );
    return { nodes, edges, width: room };
  });

test("any graph has every box once, inside of the drawing and of its frame, over no other, and no text too small", async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (input) => {
      const layout = await drawn(input);
      expect([...layout.nodes.keys()].sort()).toEqual(input.nodes.map(({ id }) => id).sort());
      const whole = { x: 0, y: 0, width: layout.width, height: layout.height };
      for (const node of input.nodes) {
        const place = placeOf(layout, node.id);
        expect(place.width).toBeGreaterThanOrEqual(node.width);
        expect(contains(whole, place)).toBe(true);
        if (node.within !== undefined) {
          const frame = placeOf(layout, node.within);
          expect(contains({ ...frame, y: frame.y + 46, height: frame.height - 46 }, place)).toBe(true);
        }
      }
      for (const siblings of Map.groupBy(input.nodes, ({ within }) => within).values())
        for (const [at, one] of siblings.entries())
          for (const other of siblings.slice(at + 1))
            expect(overlap(placeOf(layout, one.id), placeOf(layout, other.id))).toBe(false);
      expect(openingScale(layout, input.width)).toBeGreaterThanOrEqual(minReadableScale);
    }),
    { numRuns: 150 },
  );
});

test("a graph that fits is seen as a whole, and of a larger one the part around its focus", () => {
  const frame = { width: 400, height: 300 };
  const small = { width: 200, height: 100 };
  expect(Object.values(hiddenSides(openingView(small, frame, undefined), small, frame))).not.toContain(true);
  const large = { width: 3000, height: 2000 };
  const focus = { x: 2800, y: 1900, width: 160, height: 46 };
  const view = openingView(large, frame, focus);
  expect(hiddenSides(view, large, frame)).toEqual({ left: true, top: true, right: false, bottom: false });
  expect(view.x + (focus.x + focus.width) * view.scale).toBeLessThanOrEqual(frame.width - margin);
  expect(openingView(large, frame, undefined)).toMatchObject({ x: margin, y: margin });
});
