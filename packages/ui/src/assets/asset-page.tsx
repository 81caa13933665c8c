import type { Asset } from "@ostinato/protocol";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import { CopyButton } from "../components/copy.tsx";
import { EndInSight } from "../components/end-in-sight.tsx";
import { Failure } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { JsonView } from "../components/json-view.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount } from "../format.ts";
import { Ending, OutsideLink, RunLink, TaskRunLink } from "./asset-parts.tsx";
import { assetHistoryQuery, assetQuery } from "./assets.queries.ts";
import { useLineageHeight } from "./lineage-height.ts";

const Lineage = onDemand(() => import("./asset-lineage.tsx").then((module) => module.AssetLineage));

const route = getRouteApi("/asset");

export function AssetPage() {
  const { key = "" } = route.useSearch();
  const query = useQuery(assetQuery(key));
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: ["assets"] });
  useLive({ kind: "assets" }, { onChanges: useRested(again), onResync: () => void again() });
  return (
    <Page title={query.data?.name ?? key} ownHeading>
      {query.data === undefined ? null : <Content asset={query.data} />}
      {query.isError ? (
        <Failure error={query.error} what={`The asset ${key}`} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton rows={8} /> : null}
    </Page>
  );
}

function Content({ asset }: { readonly asset: Asset }) {
  const { key, description, last_materialization: last } = asset;
  return (
    <>
      <Header asset={asset} />
      {description === null ? null : <p className="max-w-prose whitespace-pre-line">{description}</p>}
      <Section title="Lineage">
        <div style={{ minHeight: useLineageHeight(key) }}>
          <Lineage of={key} />
        </div>
      </Section>
      {last === null || Object.keys(last.metadata).length === 0 ? null : (
        <Section title="Metadata of the last materialization">
          <div className="p-3">
            <JsonView value={last.metadata} label="Copy the metadata as JSON" />
          </div>
        </Section>
      )}
      <Section title="History">
        <History of={key} />
      </Section>
    </>
  );
}

function Header({ asset }: { readonly asset: Asset }) {
  const { key, name, url, owners, last_materialization: last, last_seen } = asset;
  return (
    <header className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className={`min-w-0 text-lg font-semibold break-all ${name === null ? "font-mono" : ""}`}>{name ?? key}</h1>
        {name === null ? null : <span className="min-w-0 font-mono text-xs text-muted break-all">{key}</span>}
        <CopyButton text={key} label="Copy the key" className="-ml-2" />
      </div>
      <HeaderFacts>
        <HeaderFact name="Last ended">
          <Ending of={last} />
        </HeaderFact>
        {last === null ? null : (
          <HeaderFact name="Made">
            <RelativeTime time={last.occurred} />
            {last.flow_run === null ? null : (
              <>
                {" "}
                by <RunLink run={last.flow_run} />
              </>
            )}
          </HeaderFact>
        )}
        <HeaderFact name="Last used">
          <RelativeTime time={last_seen} />
        </HeaderFact>
        {owners.length === 0 ? null : <HeaderFact name="Owners">{owners.join(", ")}</HeaderFact>}
        {url === null ? null : (
          <HeaderFact name="At">
            <OutsideLink url={url} />
          </HeaderFact>
        )}
      </HeaderFacts>
    </header>
  );
}

function History({ of }: { readonly of: string }) {
  const query = useInfiniteQuery(assetHistoryQuery({ asset_key: of }));
  if (query.isError) return <Failure error={query.error} what="The history" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={4} height={34} />;
  const rows = query.data.pages.flatMap(({ results }) => results);
  if (rows.length === 0) {
    return <p className="p-3 text-muted">No task has made it, or its history is older than events are kept.</p>;
  }
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm">
        <caption className="sr-only">{amount(query.data.pages[0]?.count ?? rows.length, "materialization")}</caption>
        <thead>
          <tr className="border-b text-left text-xs text-muted">
            {["Ended", "When", "Flow run", "Task run", "Tool", "Metadata"].map((title) => (
              <th key={title} scope="col" className="px-3 py-1.5 font-medium whitespace-nowrap">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className="border-b last:border-0">
              <td className="px-3 py-1.5 whitespace-nowrap">
                <Ending of={row} />
              </td>
              <td className="px-3 py-1.5 whitespace-nowrap">
                <RelativeTime time={row.occurred} className="text-muted" />
              </td>
              <td className="px-3 py-1.5 whitespace-nowrap">
                <RunLink run={row.flow_run} />
              </td>
              <td className="px-3 py-1.5 whitespace-nowrap">
                <TaskRunLink run={row.task_run} />
              </td>
              <td className="px-3 py-1.5 whitespace-nowrap">{row.made_by ?? "–"}</td>
              <td className="max-w-96 truncate px-3 py-1.5 font-mono text-xs text-muted">
                {Object.keys(row.metadata).length === 0 ? "" : JSON.stringify(row.metadata)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {query.hasNextPage ? (
        <EndInSight reading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
      ) : null}
    </div>
  );
}
