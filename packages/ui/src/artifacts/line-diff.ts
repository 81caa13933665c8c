export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Above this many comparisons the two texts are shown as removed and added as a whole. */
const maxWork = 4_000_000;

/** What has to be removed and added to make one list of lines the other: the longest common subsequence stays. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end))
    end += 1;
  const head = before.slice(0, start).map((text): DiffLine => ({ kind: "same", text }));
  const tail = before.slice(before.length - end).map((text): DiffLine => ({ kind: "same", text }));
  return [
    ...head,
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...tail,
  ];
}

function middle(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  if (before.length * after.length > maxWork || before.length === 0 || after.length === 0) {
    return [
      ...before.map((text): DiffLine => ({ kind: "removed", text })),
      ...after.map((text): DiffLine => ({ kind: "added", text })),
    ];
  }
  const width = after.length + 1;
  const longest = new Uint32Array((before.length + 1) * width);
  for (let a = before.length - 1; a >= 0; a -= 1) {
    for (let b = after.length - 1; b >= 0; b -= 1) {
      longest[a * width + b] =
        before[a] === after[b]
          ? (longest[(a + 1) * width + b + 1] ?? 0) + 1
          : Math.max(longest[(a + 1) * width + b] ?? 0, longest[a * width + b + 1] ?? 0);
    }
  }
  const lines: DiffLine[] = [];
  let a = 0;
  let b = 0;
  while (a < before.length || b < after.length) {
    const left = before[a];
    const right = after[b];
    if (left !== undefined && left === right) {
      lines.push({ kind: "same", text: left });
      a += 1;
      b += 1;
    } else if (
      left !== undefined &&
      (right === undefined || (longest[(a + 1) * width + b] ?? 0) >= (longest[a * width + b + 1] ?? 0))
    ) {
      lines.push({ kind: "removed", text: left });
      a += 1;
    } else {
      lines.push({ kind: "added", text: right ?? "" });
      b += 1;
    }
  }
  return lines;
}
