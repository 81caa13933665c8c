import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useLive } from "../api/live.ts";
import type { ArtifactPage, ArtifactVersion } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount, dateAndClock } from "../format.ts";
import { ArtifactBody } from "./artifact-body.tsx";
import { ArtifactDescription } from "./artifact-description.tsx";
import { ArtifactFacts } from "./artifact-facts.tsx";
import { artifactQuery, artifactVersionsQuery } from "./artifacts.queries.ts";
import { type ArtifactSearch, readArtifactSearch } from "./artifacts-search.ts";
import { Comparison } from "./comparison.tsx";
import { FullView } from "./full-view.tsx";

const route = getRouteApi("/artifacts/key/$key");

/** All versions of a key: the chosen one, and the differences between two. */
export function ArtifactKeyPage() {
  const { key } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const query = useQuery(artifactVersionsQuery(key));
  const [full, setFull] = useState(false);
  const again = () => void queryClient.invalidateQueries({ queryKey: artifactVersionsQuery(key).queryKey });
  useLive(
    { kind: "artifacts" },
    {
      onChanges: (changes) => changes.some((change) => change.kind === "artifact" && change.row.key === key) && again(),
      onResync: again,
    },
  );
  const page = query.data;
  const shownId = search.version ?? page?.artifact.id;
  const shown = useVersion(page, shownId);
  if (page === undefined) {
    return (
      <Page title={key}>
        {query.isError ? (
          <Failure error={query.error} what="The artifact" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  const change = (next: { readonly [K in keyof ArtifactSearch]?: ArtifactSearch[K] | undefined }) =>
    void navigate({ search: (before) => readArtifactSearch({ ...before, ...next }), resetScroll: false });
  return (
    <Page title={key} ownHeading>
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-auto min-w-0 text-lg font-semibold break-words">{key}</h1>
        <span className="text-muted">{amount(page.versions.length, "version")}</span>
        {search.against === undefined ? null : (
          <Button icon="close" onClick={() => change({ against: undefined })}>
            End the comparison
          </Button>
        )}
        <IconButton icon="expand" label="Full view" disabled={shown.data === undefined} onClick={() => setFull(true)} />
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_280px]">
        <div className="flex min-w-0 flex-col gap-3 rounded-lg border bg-surface p-4 sm:p-6">
          {shown.isError ? <Failure error={shown.error} what="This version" /> : null}
          {shown.data !== undefined ? (
            search.against === undefined ? (
              <>
                <ArtifactDescription text={shown.data.artifact.description} />
                <ArtifactBody artifact={shown.data.artifact} content={shown.data.content} />
              </>
            ) : (
              <Comparison beforeId={search.against} after={shown.data} />
            )
          ) : shown.isError ? null : (
            <Skeleton rows={8} height={24} />
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {shown.data === undefined ? null : <ArtifactFacts page={shown.data} />}
          <Versions
            versions={page.versions}
            shown={shownId}
            against={search.against}
            onShow={(version) =>
              change({
                version: version === page.artifact.id ? undefined : version,
                ...(version === search.against ? { against: undefined } : {}),
              })
            }
            onCompare={(against) => change({ against: against === search.against ? undefined : against })}
          />
        </div>
      </div>
      {full && shown.data !== undefined ? (
        <FullView title={key} onClose={() => setFull(false)}>
          <ArtifactBody artifact={shown.data.artifact} content={shown.data.content} fills />
        </FullView>
      ) : null}
    </Page>
  );
}

/** The page comes with the newest version; others are read on demand. */
function useVersion(newest: ArtifactPage | undefined, id: string | undefined) {
  return useQuery({
    ...artifactQuery(id ?? ""),
    enabled: id !== undefined,
    ...(newest !== undefined && newest.artifact.id === id
      ? { initialData: newest, staleTime: Number.POSITIVE_INFINITY }
      : {}),
  });
}

function Versions(props: {
  readonly versions: readonly ArtifactVersion[];
  readonly shown: string | undefined;
  readonly against: string | undefined;
  readonly onShow: (id: string) => void;
  readonly onCompare: (id: string) => void;
}) {
  return (
    <section aria-label="Versions" className="min-w-0">
      <h2 className="mb-1.5 text-sm font-semibold">Versions</h2>
      <ol className="max-h-[70vh] overflow-y-auto rounded-lg border bg-surface">
        {props.versions.map((version) => (
          <li
            key={version.id}
            className={`flex items-center gap-1 border-b pr-1.5 last:border-0 ${version.id === props.shown ? "bg-accent-soft" : version.id === props.against ? "bg-sunken" : ""}`}
          >
            <button
              type="button"
              aria-current={version.id === props.shown}
              onClick={() => props.onShow(version.id)}
              className="min-w-0 flex-1 px-3 py-1.5 text-left hover:bg-hover focus-visible:outline-offset-[-2px]"
            >
              <RelativeTime time={version.created} className="block font-medium" />
              <span className="block truncate text-xs text-faint">
                {dateAndClock(version.created)} · {version.flow_run_name ?? version.type}
              </span>
            </button>
            {version.flow_run_id === null ? null : (
              <Link
                to="/runs/flow-run/$id"
                params={{ id: version.flow_run_id }}
                className="rounded-sm px-1 text-xs text-muted hover:text-text hover:underline"
              >
                run
              </Link>
            )}
            <IconButton
              icon="compare"
              label={version.id === props.against ? "End the comparison" : "Compare with this version"}
              disabled={version.id === props.shown}
              aria-pressed={version.id === props.against}
              onClick={() => props.onCompare(version.id)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
