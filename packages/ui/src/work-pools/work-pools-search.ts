import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";
import type { PlaceStatus } from "../api/types.ts";

export const poolStatuses = [
  { value: "READY", label: "Ready" },
  { value: "NOT_READY", label: "Not ready" },
  { value: "PAUSED", label: "Paused" },
] as const satisfies readonly { readonly value: PlaceStatus; readonly label: string }[];

/** The filter of the list of work pools, which is part of the address. */
export interface WorkPoolsSearch {
  /** A part of the name or of the description. */
  readonly q?: string;
  readonly type?: readonly string[];
  readonly status?: readonly PlaceStatus[];
}

export type WorkPoolsSearchChange = { readonly [K in keyof WorkPoolsSearch]?: WorkPoolsSearch[K] | undefined };

export const noPoolFilter: WorkPoolsSearchChange = { q: undefined, type: undefined, status: undefined };

export function readWorkPoolsSearch(search: RawSearch): WorkPoolsSearch {
  const asked = listIn(search, "status");
  const statuses = poolStatuses.flatMap(({ value }) => (asked?.includes(value) === true ? [value] : []));
  return present({
    q: textIn(search, "q"),
    type: listIn(search, "type"),
    status: statuses.length === 0 ? undefined : statuses,
  });
}

export function isPoolFilter(search: WorkPoolsSearch): boolean {
  return Object.keys(search).length > 0;
}

const poolTabs = ["queues", "workers", "upcoming", "template", "configuration"] as const;

/** The tab of the page of a work pool; its runs by default. */
export interface WorkPoolSearch {
  readonly tab?: (typeof poolTabs)[number];
}

export function readWorkPoolSearch(search: RawSearch): WorkPoolSearch {
  return present({ tab: choiceIn(search, "tab", poolTabs) });
}

const queueTabs = ["upcoming"] as const;

/** The tab of the page of a work queue; its runs by default. */
export interface WorkQueueSearch {
  readonly tab?: (typeof queueTabs)[number];
}

export function readWorkQueueSearch(search: RawSearch): WorkQueueSearch {
  return present({ tab: choiceIn(search, "tab", queueTabs) });
}

/** The form for a new work pool: the type that was chosen. */
export interface NewWorkPoolSearch {
  readonly type?: string;
}

export function readNewWorkPoolSearch(search: RawSearch): NewWorkPoolSearch {
  return present({ type: textIn(search, "type") });
}
