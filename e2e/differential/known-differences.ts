import { readFileSync } from "node:fs";
import type { Difference } from "./comparison.ts";
import type { Answer, Step } from "./request.ts";

/** An accepted difference, with its reason. A difference that matches all parts of an entry counts as listed. */
export interface KnownDifference {
  readonly id: string;
  /** The request in words, for the table in the docs. */
  readonly asked: string;
  readonly prefect: string;
  readonly ostinato: string;
  readonly reason: string;
  readonly matches: readonly Pattern[];
}

interface Pattern {
  /** Method and path of the request, a regular expression. */
  readonly request?: string;
  readonly body?: string;
  readonly kind?: Difference["kind"];
  /** The place in the answer, a regular expression. */
  readonly path?: string;
  /** The values as JSON, regular expressions. */
  readonly theirs?: string;
  readonly ours?: string;
  /** The whole answers as JSON, regular expressions. */
  readonly theirAnswer?: string;
  readonly ourAnswer?: string;
}

interface Asked {
  readonly step: Step;
  readonly difference: Difference;
  readonly theirs: Answer;
  readonly ours: Answer;
}

const file = new URL("known-differences.json", import.meta.url);

export const knownDifferences: readonly KnownDifference[] = JSON.parse(readFileSync(file, "utf8"));

export function knownAs({ step, difference, theirs, ours }: Asked): KnownDifference | undefined {
  const { method, path, body } = step;
  const texts = {
    request: `${method} ${path}`,
    body: JSON.stringify(body) ?? "",
    kind: difference.kind,
    path: difference.path,
    theirs: JSON.stringify(difference.theirs) ?? "",
    ours: JSON.stringify(difference.ours) ?? "",
    theirAnswer: JSON.stringify(theirs.body) ?? "",
    ourAnswer: JSON.stringify(ours.body) ?? "",
  };
  return knownDifferences.find(({ matches }) =>
    matches.some((pattern) =>
      Object.entries(pattern).every(([name, expected]) =>
        new RegExp(`^(?:${expected})$`, "s").test(texts[name as keyof typeof texts]),
      ),
    ),
  );
}
