import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useState } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { TaskRunList, TaskRunRow } from "../api/types.ts";
import { useStillness } from "../components/stillness.ts";
import { isFinal } from "../states.ts";
import { readPage, readTaskRuns, readTaskRunsAnew, type TaskRunPages, taskRunListQuery } from "./task-runs.queries.ts";
import type { TaskRunsSearch } from "./task-runs-search.ts";

const none: ReadonlySet<string> = new Set();

/**
 * Follows changes, which flow runs tell of: at most once a second the first page is read again, and with it the unfinished rows below.
 * Displayed rows change in place; new ones wait behind a button while somebody reads the list, or when many arrive.
 */
export function useLiveTaskRuns(search: TaskRunsSearch, list: RefObject<Element | null>) {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState(none);
  const holds = useStillness(list);
  const { queryKey } = taskRunListQuery(search);
  const listed = JSON.stringify(queryKey);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waited belongs to the list before
  useEffect(() => setWaiting(none), [listed]);

  const read = async () => {
    const before = queryClient.getQueryData<TaskRunPages>(queryKey);
    if (before === undefined) return;
    // A lost connection tells to read everything again.
    const first = await readPage(search, { cursor: null }).catch(() => undefined);
    if (first === undefined) return;
    const below = await readTaskRuns(unfinishedBut(before, first)).catch(() => []);
    const now = queryClient.getQueryData<TaskRunPages>(queryKey);
    if (now === undefined) return;
    const known = new Set(rowsOf(now).map(({ id }) => id));
    const arrived = first.results.map(({ id }) => id).filter((id) => !known.has(id));
    const held = holds(arrived.filter((id) => !waiting.has(id)).length) && known.size > 0;
    const isSame = arrived.length === 0 && first.results.length >= (now.pages[0]?.results.length ?? 0);
    queryClient.setQueryData<TaskRunPages>(
      queryKey,
      held || isSame ? withRows(now, [...below, ...first.results]) : { pages: [first], pageParams: [null] },
    );
    setWaiting(held ? new Set(arrived) : none);
  };
  const soon = useRested(read);
  useLive({ kind: "flow-runs" }, { onChanges: soon, onResync: () => void readTaskRunsAnew(queryClient) });
  const show = () => {
    setWaiting(none);
    void readTaskRunsAnew(queryClient);
    document.getElementById("main")?.scrollTo({ top: 0 });
  };
  return { waiting, show };
}

function rowsOf({ pages }: TaskRunPages): readonly TaskRunRow[] {
  return pages.flatMap(({ results }) => results);
}

/** The ids of loaded rows that may have changed, without those of a page that was just read. */
function unfinishedBut(pages: TaskRunPages, { results }: TaskRunList): readonly string[] {
  const read = new Set(results.map(({ id }) => id));
  return rowsOf(pages)
    .filter(({ id, state_type }) => !read.has(id) && !isFinal(state_type))
    .map(({ id }) => id);
}

function withRows(pages: TaskRunPages, rows: readonly TaskRunRow[]): TaskRunPages {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, results: page.results.map((row) => byId.get(row.id) ?? row) })),
  };
}
