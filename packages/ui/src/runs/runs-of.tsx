import { type QueryKey, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo } from "react";
import { useLive } from "../api/live.ts";
import { usePerFrame } from "../api/per-frame.ts";
import { useRested } from "../api/rested.ts";
import type { FlowRunRow, LiveChange } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import type { RunColumn } from "./run-columns.tsx";
import { RunList } from "./run-list.tsx";
import { applyToList, type RunPages, runListQuery } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";

const restMs = 1500;

/** The runs of a flow or a deployment on its page: rows change at once, and what is counted of them is read again after a moment. */
export function RunsOf(props: {
  /** The same object as long as it says the same. */
  readonly search: RunsSearch;
  readonly isOwn: (run: FlowRunRow) => boolean;
  /** The query of the page, whose figures follow the runs. */
  readonly figures: QueryKey;
  readonly columns: readonly RunColumn[];
  /** Shown where there are no runs. */
  readonly children: ReactNode;
}) {
  const { search, isOwn, columns } = props;
  const queryClient = useQueryClient();
  const list = useInfiniteQuery(runListQuery(search));
  const key = runListQuery(search).queryKey;
  const again = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: key }),
      queryClient.invalidateQueries({ queryKey: props.figures }),
    ]);
  const soon = useRested(again, restMs);
  const take = (changes: readonly LiveChange[]) => {
    const mine = changes.filter(
      (change) => change.kind === "deleted" || (change.kind === "flow-run" && isOwn(change.row)),
    );
    if (mine.length === 0) return;
    queryClient.setQueryData<RunPages>(key, (pages) =>
      pages === undefined ? pages : applyToList(pages, mine, search).pages,
    );
    soon();
  };
  useLive({ kind: "flow-runs" }, { onChanges: usePerFrame(take), onResync: () => void again() });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  if (list.isError) return <Failure error={list.error} what="The runs" onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={8} height={34} />;
  if (runs.length === 0) return props.children;
  return <RunList runs={runs} columns={columns} onEnd={more} />;
}
