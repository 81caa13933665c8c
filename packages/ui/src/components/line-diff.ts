import { diffArrays } from "diff";

export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Beyond this many changes both texts are shown as a whole, because the search takes quadratic time. */
const maxChanges = 1000;

/** The removals and additions that turn one list of lines into the other, around their longest common subsequence. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const changes = diffArrays([...before], [...after], { maxEditLength: maxChanges });
  if (changes === undefined) return [...linesOf(before, "removed"), ...linesOf(after, "added")];
  return changes.flatMap(({ value, added, removed }) => linesOf(value, added ? "added" : removed ? "removed" : "same"));
}

function linesOf(texts: readonly string[], kind: DiffLine["kind"]): readonly DiffLine[] {
  return texts.map((text) => ({ kind, text }));
}
