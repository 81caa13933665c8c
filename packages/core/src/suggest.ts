/** The names most like `wanted`, best first: for "did you mean". */
export function nearest(wanted: string, names: Iterable<string>, max = 3): readonly string[] {
  const needle = wanted.toLowerCase();
  return [...names]
    .map((name) => ({ name, distance: likeness(needle, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.min(2, Math.floor(needle.length / 3))))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, max)
    .map(({ name }) => name);
}

/** ` Did you mean "train"?`, or nothing. */
export function didYouMean(wanted: string, names: Iterable<string>): string {
  const found = nearest(wanted, names).map((name) => JSON.stringify(name));
  return found.length === 0 ? "" : ` Did you mean ${found.join(" or ")}?`;
}

/** A name that only goes on where `wanted` stops is as near as one typing error. */
function likeness(wanted: string, name: string): number {
  return wanted.length >= 3 && name.startsWith(wanted) ? 1 : editDistance(wanted, name);
}

/**
 * Optimal string alignment: insertions, deletions, replacements, and neighbours swapped, each counted as one. The last is the
 * commonest typing error, and `fastest-levenshtein` counts it twice.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
