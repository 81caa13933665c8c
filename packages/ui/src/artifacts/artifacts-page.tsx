import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { ArtifactRow } from "../api/types.ts";
import { Empty } from "../components/empty.tsx";
import { EndInSight } from "../components/end-in-sight.tsx";
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
import { ArtifactPreview } from "./artifact-preview.tsx";
import { artifactListQuery } from "./artifacts.queries.ts";
import { type ArtifactListSearch, readArtifactListSearch } from "./artifacts-search.ts";
import { nameOf } from "./shown-artifact.ts";

const route = getRouteApi("/artifacts");
const types = ["markdown", "table", "image", "progress", "link"];

export function ArtifactsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const list = useInfiniteQuery(artifactListQuery(search));
  const again = () => queryClient.invalidateQueries({ queryKey: ["artifacts", "list"] });
  useLive({ kind: "artifacts" }, { onChanges: useRested(again), onResync: () => void again() });
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
        <EndInSight reading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
      ) : null}
    </Page>
  );
}

function Row({ row }: { readonly row: ArtifactRow }) {
  const artifact = { ...row, id: row.latest_id };
  const className = "truncate py-0.5 font-medium hover:underline";
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-3 gap-y-1.5 border-b px-3 py-2 last:border-0 hover:bg-hover md:grid-cols-[16px_minmax(180px,1fr)_minmax(0,1.6fr)_auto]">
      <Icon name={typeIcon(row.type)} className="mt-1 text-muted" />
      <span className="min-w-0">
        <span className="flex min-w-0 items-baseline gap-2">
          {row.key === null ? (
            <Link to="/artifacts/artifact/$id" params={{ id: row.latest_id }} className={className}>
              {nameOf(artifact)}
            </Link>
          ) : (
            <Link to="/artifacts/key/$key" params={{ key: row.key }} className={className}>
              {row.key}
            </Link>
          )}
          {row.version_count > 1 ? (
            <span className="shrink-0 text-xs text-faint">{amount(row.version_count, "version")}</span>
          ) : null}
        </span>
        {row.key === null || row.description === null ? null : (
          <span className="line-clamp-2 text-xs break-words text-muted">{row.description}</span>
        )}
        <Maker row={row} />
      </span>
      <div className="min-w-0 max-md:order-last max-md:col-span-2 max-md:col-start-2">
        <ArtifactPreview artifact={artifact} content={row.preview} />
      </div>
      <RelativeTime time={row.updated} className="pt-0.5 text-right text-xs text-faint" />
    </li>
  );
}

function Maker({ row }: { readonly row: ArtifactRow }) {
  const className = "hover:text-text hover:underline";
  return (
    <span className="block truncate text-xs leading-6 text-faint">
      {row.flow_run_id === null ? (
        row.type
      ) : (
        <>
          {row.flow_name} ·{" "}
          <Link to="/runs/flow-run/$id" params={{ id: row.flow_run_id }} className={className}>
            {row.flow_run_name}
          </Link>
        </>
      )}
      {row.task_run_id === null || row.task_run_name === null ? null : (
        <>
          {" · "}
          <Link to="/runs/task-run/$id" params={{ id: row.task_run_id }} className={className}>
            {row.task_run_name}
          </Link>
        </>
      )}
    </span>
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
      An artifact is something that a run creates for people to look at: a report, a table, an image.
    </FirstSteps>
  );
}
