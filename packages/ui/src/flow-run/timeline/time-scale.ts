/** A stretch of time that the axis draws shorter than its length. Milliseconds since 1970. */
export interface FoldedTime {
  readonly from: number;
  readonly to: number;
}

/**
 * Where moments lie on an axis that folds stretches of time. A place is a moment, less what is folded before it; without a fold places and
 * moments are the same.
 */
export interface TimeScale {
  readonly folds: readonly PlacedFold[];
  readonly place: (time: number) => number;
  readonly time: (place: number) => number;
}

/** A folded stretch with the places of its ends on the axis. */
interface PlacedFold extends FoldedTime {
  readonly fromPlace: number;
  readonly toPlace: number;
}

export const straightScale: TimeScale = { folds: [], place: (time) => time, time: (place) => place };

/** A scale on which each of these stretches, sorted and apart, is as long as `foldedMs`. */
export function foldedScale(stretches: readonly FoldedTime[], foldedMs: number): TimeScale {
  if (stretches.length === 0) return straightScale;
  let removed = 0;
  const folds = stretches.map(({ from, to }) => {
    const fold = { from, to, fromPlace: from - removed, toPlace: from - removed + foldedMs };
    removed += to - from - foldedMs;
    return fold;
  });
  return {
    folds,
    place(time) {
      const fold = folds.findLast(({ from }) => from <= time);
      if (fold === undefined) return time;
      if (time >= fold.to) return fold.toPlace + time - fold.to;
      return fold.fromPlace + ((time - fold.from) / (fold.to - fold.from)) * foldedMs;
    },
    time(place) {
      const fold = folds.findLast(({ fromPlace }) => fromPlace <= place);
      if (fold === undefined) return place;
      if (place >= fold.toPlace) return fold.to + place - fold.toPlace;
      return fold.from + ((place - fold.fromPlace) / foldedMs) * (fold.to - fold.from);
    },
  };
}

/** The parts of a span of places between the folds. */
export function unfoldedParts(
  scale: TimeScale,
  span: { readonly from: number; readonly to: number },
): readonly { readonly from: number; readonly to: number }[] {
  const edges = [span.from, ...scale.folds.flatMap(({ fromPlace, toPlace }) => [fromPlace, toPlace]), span.to];
  return Array.from({ length: edges.length / 2 }, (_, at) => ({
    from: Math.max(span.from, edges[2 * at] ?? span.from),
    to: Math.min(span.to, edges[2 * at + 1] ?? span.to),
  })).filter(({ from, to }) => from < to);
}
