import { present, type RawSearch, textIn } from "../address.ts";
import { type PresentLogSearch, readLogSearch } from "../logs/log-search.ts";

export interface TaskRunSearch extends PresentLogSearch {
  /** The attempt that the link points to, counted from 1. */
  readonly attempt?: string;
}

export function readTaskRunSearch(search: RawSearch): TaskRunSearch {
  return present({
    attempt: textIn(search, "attempt"),
    ...readLogSearch(search),
  });
}
