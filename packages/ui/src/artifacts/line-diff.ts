import { diffArrays } from "diff";

export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Beyond this many changes both texts are shown whole: the time to find them grows with their square. */
const maxChanges = 1000;

/** What has to be removed and added to make one list of lines the other: the longest common subsequence stays. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const changes = diffArrays([...before], [...after], { maxEditLength: maxChanges });
  if (changes === undefined) return [...linesOf(before, "removed"), ...linesOf(after, "added")];
  return changes.flatMap(({ value, added, removed }) => linesOf(value, added ? "added" : removed ? "removed" : "same"));
}

function linesOf(texts: readonly string[], kind: DiffLine["kind"]): readonly DiffLine[] {
  return texts.map((text) => ({ kind, text }));
}
