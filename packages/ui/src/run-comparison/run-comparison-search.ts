import { present, type RawSearch, textIn } from "../address.ts";

export interface ComparisonSearch {
  /** The ids of the two runs. */
  readonly a?: string;
  readonly b?: string;
}

export function readComparisonSearch(search: RawSearch): ComparisonSearch {
  return present({ a: textIn(search, "a"), b: textIn(search, "b") });
}
