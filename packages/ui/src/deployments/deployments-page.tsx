import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { buttonClass } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { NewRows } from "../components/new-rows.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstDeployment } from "../first-steps/programs.ts";
import { amount } from "../format.ts";
import { DeploymentFilters } from "./deployment-filters.tsx";
import { DeploymentList } from "./deployment-list.tsx";
import { deploymentListQuery } from "./deployments.queries.ts";
import { type DeploymentsSearchChange, isDeploymentFilter, readDeploymentsSearch } from "./deployments-search.ts";
import { useLiveDeployments } from "./live-deployments.ts";
import { useRowActions } from "./row-actions.tsx";

const BulkBar = onDemand(() => import("./deployment-bulk-bar.tsx").then((module) => module.DeploymentBulkBar));

const route = getRouteApi("/deployments");
const nothing: ReadonlySet<string> = new Set();

export function DeploymentsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...deploymentListQuery(search), placeholderData: keepPreviousData });
  const table = useRef<HTMLDivElement>(null);
  const live = useLiveDeployments(search, table);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const [chosen, setChosen] = useState(nothing);
  const { actions, dialog, problem } = useRowActions();
  const change = useCallback(
    (next: DeploymentsSearchChange) => {
      setChosen(nothing);
      void navigate({ search: (before) => readDeploymentsSearch({ ...before, ...next }), resetScroll: false });
    },
    [navigate],
  );
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const count = list.data?.pages[0]?.count;
  const chosenRows = rows.filter(({ id }) => chosen.has(id));
  return (
    <Page title="Deployments">
      <DeploymentFilters search={search} onChange={change} rows={rows} />
      {list.isError ? (
        <Failure error={list.error} what="The list of deployments" onRetry={() => void list.refetch()} />
      ) : null}
      {problem}
      {list.isPending ? <Skeleton rows={10} height={52} /> : null}
      {list.isSuccess && rows.length === 0 ? <NoDeployments filtered={isDeploymentFilter(search)} /> : null}
      {rows.length === 0 ? null : (
        <div className={`relative flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {count === undefined ? "" : amount(count, "deployment")}
          </p>
          <NewRows waiting={live.waiting} onShow={live.show} />
          <DeploymentList
            rows={rows}
            selection={{ chosen, onChange: setChosen }}
            actions={actions}
            onEnd={more}
            list={table}
          />
          {isFetchingNextPage ? <Skeleton rows={2} height={52} /> : null}
        </div>
      )}
      {chosenRows.length === 0 ? null : <BulkBar rows={chosenRows} onDone={() => setChosen(nothing)} />}
      {dialog}
    </Page>
  );
}

function NoDeployments({ filtered }: { readonly filtered: boolean }) {
  if (!filtered) {
    return (
      <FirstSteps title="No deployment yet" programs={firstDeployment} awaited="the first deployment">
        A deployment says how and when a flow runs. It appears here once a program serves it, and then runs on a
        schedule or from this page.
      </FirstSteps>
    );
  }
  return (
    <Empty title="No deployment matches">
      <p>No deployments meet all conditions of the filter.</p>
      <Link to="/deployments" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
