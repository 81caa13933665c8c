import { present, type RawSearch, textIn } from "../address.ts";

export interface RunFormSearch {
  /** The id of a run whose parameters the form begins with. */
  readonly from?: string;
  /** Parameters that the form begins with, as JSON. */
  readonly parameters?: string;
}

export function readRunFormSearch(search: RawSearch): RunFormSearch {
  return present({ from: textIn(search, "from"), parameters: textIn(search, "parameters") });
}
