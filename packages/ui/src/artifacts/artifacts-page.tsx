import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import type { ArtifactRow } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { FilterButton } from "../components/filter-button.tsx";
import { Icon, type IconName } from "../components/icon.tsx";
import { Menu, MenuCheck } from "../components/menu.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstArtifact } from "../first-steps/programs.ts";
import { amount } from "../format.ts";
import { artifactListQuery } from "./artifacts.queries.ts";
import { type ArtifactListSearch, readArtifactListSearch } from "./artifacts-search.ts";

const route = getRouteApi("/artifacts");
const types = ["markdown", "table", "image", "progress", "link"];

export function ArtifactsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const list = useInfiniteQuery(artifactListQuery(search));
  const again = () => void queryClient.invalidateQueries({ queryKey: ["artifacts", "list"] });
  useLive({ kind: "artifacts" }, { onChanges: again, onResync: again });
  const change = (next: { readonly [K in keyof ArtifactListSearch]?: ArtifactListSearch[K] | undefined }) =>
    void navigate({ search: (before) => readArtifactListSearch({ ...before, ...next }), resetScroll: false });
  const rows = list.data?.pages.flatMap((page) => page.results) ?? [];
  const chosen = search.type ?? [];
  return (
    <Page title="Artifacts">
      <div className="flex flex-wrap items-center gap-1.5">
        <SearchField
          label="Filter by key"
          value={search.q ?? ""}
          onChange={(q) => change({ q: q === "" ? undefined : q })}
          className="w-52"
        />
        <Menu trigger={<FilterButton icon="filter" name="Type" value={chosen.join(", ")} />}>
          {types.map((type) => (
            <MenuCheck
              key={type}
              checked={chosen.includes(type)}
              onChange={(on) => {
                const next = on ? [...chosen, type] : chosen.filter((one) => one !== type);
                change({ type: next.length === 0 ? undefined : next });
              }}
            >
              <Icon name={typeIcon(type)} /> {type}
            </MenuCheck>
          ))}
        </Menu>
        <span className="text-xs text-faint" role="status">
          {list.data?.pages[0] === undefined ? "" : amount(list.data.pages[0].count, "artifact")}
        </span>
      </div>
      {list.isError ? (
        <Failure error={list.error} what="The list of artifacts" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Skeleton rows={8} height={56} /> : null}
      {list.isSuccess && rows.length === 0 ? (
        <NoArtifacts filtered={search.q !== undefined || search.type !== undefined} />
      ) : null}
      {rows.length === 0 ? null : (
        <ul className="rounded-lg border bg-surface" aria-label="Artifacts">
          {rows.map((row) => (
            <Row key={row.latest_id} row={row} />
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <Button className="self-center" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </Page>
  );
}

function Row({ row }: { readonly row: ArtifactRow }) {
  const name = row.key ?? row.description ?? "without a key";
  const className = "truncate py-0.5 font-medium hover:underline";
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 border-b px-3 py-2 last:border-0 hover:bg-hover md:grid-cols-[16px_minmax(180px,1fr)_minmax(0,1.6fr)_auto]">
      <Icon name={typeIcon(row.type)} className="text-muted" />
      <span className="min-w-0">
        <span className="flex min-w-0 items-baseline gap-2">
          {row.key === null ? (
            <Link to="/artifacts/artifact/$id" params={{ id: row.latest_id }} className={className}>
              {name}
            </Link>
          ) : (
            <Link to="/artifacts/key/$key" params={{ key: row.key }} className={className}>
              {name}
            </Link>
          )}
          {row.version_count > 1 ? (
            <span className="shrink-0 text-xs text-faint">{amount(row.version_count, "version")}</span>
          ) : null}
        </span>
        <span className="block truncate text-xs leading-6 text-faint">
          {row.flow_run_id === null ? (
            row.type
          ) : (
            <>
              {row.flow_name} ·{" "}
              <Link
                to="/runs/flow-run/$id"
                params={{ id: row.flow_run_id }}
                className="hover:text-text hover:underline"
              >
                {row.flow_run_name}
              </Link>
            </>
          )}
        </span>
      </span>
      <span className="line-clamp-2 min-w-0 text-xs break-words text-muted max-md:hidden">
        {row.preview ?? row.description ?? ""}
      </span>
      <RelativeTime time={row.updated} className="text-right text-xs text-faint" />
    </li>
  );
}

function typeIcon(type: string | null): IconName {
  const icons: Readonly<Record<string, IconName>> = {
    markdown: "file",
    table: "table",
    image: "image",
    progress: "progress",
    link: "link",
  };
  return icons[type ?? ""] ?? "artifacts";
}

function NoArtifacts({ filtered }: { readonly filtered: boolean }) {
  if (filtered) return <Empty title="No artifact matches">No artifact has that key and type.</Empty>;
  return (
    <FirstSteps title="No artifact yet" programs={firstArtifact} awaited="the first artifact">
      An artifact is something that a run leaves for people to look at: a report, a table, a picture.
    </FirstSteps>
  );
}
