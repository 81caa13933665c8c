import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { buttonClass } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount } from "../format.ts";
import { FirstWorkPool } from "./first-work-pool.tsx";
import { useLiveWorkPools } from "./live-work-pools.ts";
import { usePoolActions } from "./pool-actions.tsx";
import { WorkPoolFilters } from "./work-pool-filters.tsx";
import { WorkPoolList } from "./work-pool-list.tsx";
import { workPoolListQuery } from "./work-pools.queries.ts";
import { isPoolFilter, readWorkPoolsSearch, type WorkPoolsSearchChange } from "./work-pools-search.ts";

const route = getRouteApi("/work-pools");

export function WorkPoolsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...workPoolListQuery(search), placeholderData: keepPreviousData });
  useLiveWorkPools();
  const { actions, dialog, problem } = usePoolActions();
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const change = (next: WorkPoolsSearchChange) =>
    void navigate({ search: (before) => readWorkPoolsSearch({ ...before, ...next }), resetScroll: false });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const isEmpty = list.isSuccess && rows.length === 0;
  return (
    <Page title="Work pools">
      {isEmpty && !isPoolFilter(search) ? null : (
        <WorkPoolFilters search={search} onChange={change} types={first?.types ?? []} />
      )}
      {list.isError ? (
        <Failure error={list.error} what="The list of work pools" onRetry={() => void list.refetch()} />
      ) : null}
      {problem}
      {list.isPending ? <Skeleton rows={8} height={52} /> : null}
      {isEmpty ? <NoWorkPools filtered={isPoolFilter(search)} /> : null}
      {rows.length === 0 ? null : (
        <div className={`flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {first === undefined ? "" : amount(first.count, "work pool")}
          </p>
          <WorkPoolList pools={rows} actions={actions} onEnd={more} />
          {isFetchingNextPage ? <Skeleton rows={2} height={52} /> : null}
        </div>
      )}
      {dialog}
    </Page>
  );
}

function NoWorkPools({ filtered }: { readonly filtered: boolean }) {
  if (!filtered) return <FirstWorkPool />;
  return (
    <Empty title="No work pool matches">
      <p>No work pools meet all conditions of the filter.</p>
      <Link to="/work-pools" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
