import { present, type RawSearch } from "../address.ts";
import { type PresentLogSearch, readLogSearch } from "../logs/log-search.ts";

/** The attempt of the address is marked in the table of attempts, and the log is narrowed to it. */
export type TaskRunSearch = PresentLogSearch;

export function readTaskRunSearch(search: RawSearch): TaskRunSearch {
  return present({ ...readLogSearch(search) });
}
