import type { Asset, AssetSort, AssetState } from "@ostinato/protocol";
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import { buttonClass } from "../components/button.tsx";
import type { Column } from "../components/columns.ts";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { FilterButton } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuCheck } from "../components/menu.tsx";
import { Page } from "../components/page.tsx";
import { type NameColumn, RowTable } from "../components/row-table.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { SortMenu } from "../components/sort-menu.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount } from "../format.ts";
import { AssetLink, Ending } from "./asset-parts.tsx";
import { assetListQuery } from "./assets.queries.ts";
import { type AssetsSearch, type AssetsSearchChange, isNarrowed, readAssetsSearch } from "./assets-search.ts";

const route = getRouteApi("/assets");

/** A row is named by its key; `title` is what people call it. */
interface AssetRow extends Omit<Asset, "name"> {
  readonly name: string;
  readonly title: string | null;
}

const keyColumn: NameColumn<AssetRow, AssetSort> = {
  label: "Asset",
  sorts: ["KEY_ASC"],
  cell: ({ key }) => <AssetLink of={key} />,
};

const columns: readonly Column<AssetRow, AssetSort>[] = [
  {
    id: "name",
    label: "Name",
    width: 110,
    grows: 1,
    cell: ({ title }) => <span className="truncate">{title ?? <span className="text-faint">–</span>}</span>,
  },
  {
    id: "state",
    label: "Last ended",
    width: 104,
    cell: ({ last_materialization: last }) => <Ending of={last} />,
  },
  {
    id: "flow",
    label: "By flow",
    width: 110,
    grows: 0.7,
    cell: ({ last_materialization: last }) => <FlowLink flow={last?.flow ?? null} />,
  },
  {
    id: "made",
    label: "Last made",
    width: 92,
    right: true,
    sorts: ["MADE_DESC"],
    cell: ({ last_materialization: last }) => <RelativeTime time={last?.occurred} className="truncate text-muted" />,
  },
  {
    id: "seen",
    label: "Last used",
    width: 92,
    right: true,
    sorts: ["LAST_SEEN_DESC"],
    cell: ({ last_seen }) => <RelativeTime time={last_seen} className="truncate text-muted" />,
  },
];

function FlowLink({ flow }: { readonly flow: { readonly id: string; readonly name: string } | null }) {
  if (flow === null) return <span className="text-faint">–</span>;
  return (
    <Link to="/flows/flow/$id" params={{ id: flow.id }} className="truncate hover:underline">
      {flow.name}
    </Link>
  );
}

function narrowAsset({ key, title, last_materialization: last, last_seen }: AssetRow) {
  return (
    <>
      <Icon name="table" className="text-faint" />
      <AssetLink of={key} />
      <RelativeTime time={last?.occurred ?? last_seen} className="text-right text-xs text-faint" />
      <span />
      <span className="truncate text-xs text-muted">{title ?? last?.flow?.name ?? ""}</span>
      <Ending of={last} />
    </>
  );
}

export function AssetsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...assetListQuery(search), placeholderData: keepPreviousData });
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: ["assets", "list"] });
  useLive({ kind: "assets" }, { onChanges: useRested(again), onResync: () => void again() });
  const rows = useMemo(
    () =>
      list.data?.pages.flatMap(({ results }) =>
        results.map((asset) => ({ ...asset, name: asset.key, title: asset.name })),
      ) ?? [],
    [list.data],
  );
  const change = (next: AssetsSearchChange) =>
    void navigate({ search: (before) => readAssetsSearch({ ...before, ...next }), resetScroll: false });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const sort = {
    value: search.sort ?? "KEY_ASC",
    onChange: (by: AssetSort | undefined) => change({ sort: by }),
  } as const;
  const isEmpty = list.isSuccess && rows.length === 0;
  return (
    <Page title="Assets">
      {isEmpty && !isNarrowed(search) ? null : (
        <div className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
          <Filters search={search} onChange={change} />
          <span className="flex shrink-0 items-center gap-1 sm:ml-auto">
            <SortMenu name={keyColumn} columns={columns} sort={sort} />
          </span>
        </div>
      )}
      {list.isError ? (
        <Failure error={list.error} what="The list of assets" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Skeleton rows={10} height={34} /> : null}
      {isEmpty ? <NoAssets narrowed={isNarrowed(search)} /> : null}
      {rows.length === 0 ? null : (
        <div className={`flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {amount(list.data?.pages[0]?.count ?? 0, "asset")}
          </p>
          <RowTable
            label="Assets"
            rows={rows}
            name={keyColumn}
            columns={columns}
            narrow={narrowAsset}
            sort={sort}
            onEnd={more}
          />
          {isFetchingNextPage ? <Skeleton rows={2} height={34} /> : null}
        </div>
      )}
    </Page>
  );
}

const stateWords: Readonly<Record<AssetState, string>> = {
  succeeded: "Last made",
  failed: "Last failed",
  never: "Only read",
};

function Filters({
  search,
  onChange,
}: {
  readonly search: AssetsSearch;
  readonly onChange: (change: AssetsSearchChange) => void;
}) {
  const { state } = search;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by key or name"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-52"
      />
      <Menu trigger={<FilterButton icon="filter" name="State" value={state === undefined ? "" : stateWords[state]} />}>
        {(Object.keys(stateWords) as AssetState[]).map((each) => (
          <MenuCheck key={each} checked={state === each} onChange={(on) => onChange({ state: on ? each : undefined })}>
            {stateWords[each]}
          </MenuCheck>
        ))}
      </Menu>
      {isNarrowed(search) ? (
        <Link to="/assets" className={buttonClass("ghost")}>
          Clear
        </Link>
      ) : null}
    </div>
  );
}

function NoAssets({ narrowed }: { readonly narrowed: boolean }) {
  if (!narrowed) {
    return (
      <Empty title="No asset yet">
        <p>
          An asset is data that tasks make and read: a file, a table, a model. A task that is made by{" "}
          <code className="text-xs">{'materialize("s3://lake/features.parquet", …)'}</code> in TypeScript, or by{" "}
          <code className="text-xs">@materialize</code> in Python, tells of it when it has run.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No asset matches">
      <p>No assets meet all conditions of the filter.</p>
      <Link to="/assets" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
