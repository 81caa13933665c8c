import type { countFlowRunsByFlow, countFlowRunsByState, ReplyOf } from "@ostinato/protocol";
import { queryOptions, skipToken } from "@tanstack/react-query";
import type { ChoiceCount } from "../components/menu-panel.tsx";
import { amount, count } from "../format.ts";

export type StateCounts = ReplyOf<typeof countFlowRunsByState>;
export type FlowCounts = ReplyOf<typeof countFlowRunsByFlow>;

type Counts<Answer> = ReturnType<typeof queryOptions<Answer>>;

/** The questions of a list how much each choice of a filter would find. Each leaves its own filter out, and keeps the others. */
export interface FilterCounts {
  readonly byState: Counts<StateCounts>;
  readonly byFlow: Counts<FlowCounts>;
  /** What is counted: "run". */
  readonly noun: string;
}

export const nothingToCount = queryOptions<FlowCounts>({ queryKey: ["nothing-to-count"], queryFn: skipToken });

/** The sum of some counts, as an entry of a menu shows it. */
export function choiceCount<Row extends { readonly count: number }>(
  counted: { readonly counts: readonly Row[]; readonly count_capped: boolean } | undefined,
  noun: string,
  wanted: (row: Row) => boolean,
): ChoiceCount {
  if (counted === undefined || counted.count_capped) return { short: "", words: "" };
  const sum = counted.counts.filter(wanted).reduce((total, row) => total + row.count, 0);
  return { short: count(sum), words: amount(sum, noun) };
}
