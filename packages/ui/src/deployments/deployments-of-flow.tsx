import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { DeploymentList } from "./deployment-list.tsx";
import { deploymentListQuery } from "./deployments.queries.ts";
import { useLiveDeployments } from "./live-deployments.ts";
import { useRowActions } from "./row-actions.tsx";

/** The deployments of a flow, on its page. */
export function DeploymentsOfFlow({ id }: { readonly id: string }) {
  const search = useMemo(() => ({ flow: [id] }), [id]);
  const list = useInfiniteQuery(deploymentListQuery(search));
  const table = useRef<HTMLDivElement>(null);
  const { waiting, readAgain } = useLiveDeployments(search, table);
  // A flow has few: a new one moves nothing that somebody reads.
  useEffect(() => {
    if (waiting > 0) readAgain();
  });
  const { actions, dialog, problem } = useRowActions();
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  if (list.isError) return <Failure error={list.error} what="The deployments" onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={3} height={52} />;
  return (
    <div className="flex flex-col gap-3">
      {problem}
      {rows.length === 0 ? (
        <p className="py-4 text-muted">
          This flow has no deployment. A program that calls <code className="text-xs">serve()</code> creates one, and
          the flow then runs on a schedule or from these pages.
        </p>
      ) : (
        <DeploymentList rows={rows} actions={actions} onEnd={more} list={table} />
      )}
      {dialog}
    </div>
  );
}
