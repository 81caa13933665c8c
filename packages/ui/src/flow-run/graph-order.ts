import type { Spot } from "./graph-shapes.ts";

type Layers = readonly (readonly Spot[])[];

/** Sweeps after which nothing has become better. */
const patience = 4;
const mostSweeps = 24;

/**
 * The spots of each layer in an order in which few arrows cross: each stands at the mean place of what it is connected
 * with, from left to right and back again, and the best order that was seen is kept.
 */
export function ordered(layers: Layers): Layers {
  let current = layers;
  let best = layers;
  let fewest = crossings(layers);
  for (let sweep = 0, idle = 0; sweep < mostSweeps && idle < patience && fewest > 0; sweep += 1) {
    current = swept(current, sweep % 2 === 0);
    const count = crossings(current);
    idle = count < fewest ? 0 : idle + 1;
    if (count >= fewest) continue;
    [best, fewest] = [current, count];
  }
  return best;
}

function swept(layers: Layers, rightwards: boolean): Layers {
  const next = [...layers];
  const places = new Map<Spot, number>();
  for (let step = 0; step < layers.length; step += 1) {
    const index = rightwards ? step : layers.length - 1 - step;
    const layer = layers[index] ?? [];
    const keys = new Map(
      layer.map((spot, place) => {
        const fixed = rightwards ? spot.before : spot.after;
        const sum = fixed.reduce((total, other) => total + (places.get(other) ?? 0), 0);
        return [spot, fixed.length === 0 ? place : sum / fixed.length];
      }),
    );
    const sorted = layer.toSorted((one, other) => (keys.get(one) ?? 0) - (keys.get(other) ?? 0));
    sorted.forEach((spot, place) => {
      places.set(spot, place);
    });
    next[index] = sorted;
  }
  return next;
}

/** Pairs of arrows between neighbouring layers that cross, counted by a tree of sums (Barth, Jünger and Mutzel). */
function crossings(layers: Layers): number {
  let count = 0;
  layers.slice(1).forEach((layer, index) => {
    const places = new Map(layer.map((spot, place) => [spot, place]));
    const ends = (layers[index] ?? []).flatMap(({ after }) =>
      after.map((spot) => places.get(spot) ?? 0).sort((one, other) => one - other),
    );
    const sums = new Int32Array(layer.length + 1);
    ends.forEach((end, seen) => {
      let passed = 0;
      for (let at = end + 1; at > 0; at -= at & -at) passed += sums[at] ?? 0;
      count += seen - passed;
      for (let at = end + 1; at <= layer.length; at += at & -at) sums[at] = (sums[at] ?? 0) + 1;
    });
  });
  return count;
}
