import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useLive } from "../api/live.ts";
import type { ArtifactPage as ArtifactPageData } from "../api/types.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { ArtifactBody } from "./artifact-body.tsx";
import { ArtifactDescription } from "./artifact-description.tsx";
import { ArtifactFacts } from "./artifact-facts.tsx";
import { artifactDataQuery, artifactQuery } from "./artifacts.queries.ts";
import { FullView } from "./full-view.tsx";
import { nameOf } from "./shown-artifact.ts";

const route = getRouteApi("/artifacts/artifact/$id");

export function ArtifactPage() {
  const { id } = route.useParams();
  const query = useQuery(artifactQuery(id));
  const queryClient = useQueryClient();
  const again = () => void queryClient.invalidateQueries({ queryKey: artifactQuery(id).queryKey });
  useLive(
    { kind: "artifacts" },
    {
      onChanges: (changes) => changes.some((change) => change.kind === "artifact" && change.row.id === id) && again(),
      onResync: again,
    },
  );
  const [raw, setRaw] = useState(false);
  const [full, setFull] = useState(false);
  const page = query.data;
  if (page === undefined) {
    return (
      <Page title="Artifact">
        {query.isError ? (
          <Failure error={query.error} what="The artifact" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  const { artifact } = page;
  const name = nameOf(artifact);
  return (
    <Page
      title={name}
      ownHeading
      crumbs={
        artifact.key === null
          ? []
          : [{ label: artifact.key, link: { to: "/artifacts/key/$key", params: { key: artifact.key } } }]
      }
      crumb={artifact.key === null ? name : "Version"}
    >
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-auto min-w-0 text-lg font-semibold break-words">{name}</h1>
        {artifact.key === null || page.versions.length < 2 ? null : (
          <Link to="/artifacts/key/$key" params={{ key: artifact.key }} className={buttonClass()}>
            {page.versions.length} versions
          </Link>
        )}
        <Button aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? "Rendered" : "Raw"}
        </Button>
        <CopyButton
          label="Copy the data"
          text={async () => textOf((await queryClient.fetchQuery(artifactDataQuery(id))).data)}
        />
        <IconButton icon="expand" label="Full view" onClick={() => setFull(true)} />
      </div>
      <OlderVersion page={page} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_280px]">
        <div className="flex min-w-0 flex-col gap-3 rounded-lg border bg-surface p-4 sm:p-6">
          <ArtifactDescription text={artifact.description} />
          {raw ? <RawData id={id} /> : <ArtifactBody artifact={artifact} content={page.content} />}
        </div>
        <ArtifactFacts page={page} />
      </div>
      {full ? (
        <FullView title={name} onClose={() => setFull(false)}>
          <ArtifactBody artifact={artifact} content={page.content} fills />
        </FullView>
      ) : null}
    </Page>
  );
}

function RawData({ id }: { readonly id: string }) {
  const query = useQuery(artifactDataQuery(id));
  if (query.isError) return <Failure error={query.error} what="The data" onRetry={() => void query.refetch()} />;
  return query.data === undefined ? <Skeleton rows={6} /> : <JsonView value={query.data.data} />;
}

function OlderVersion({ page: { artifact, versions } }: { readonly page: ArtifactPageData }) {
  const newest = versions[0];
  if (newest === undefined || newest.id === artifact.id) return null;
  return (
    <p className="text-muted">
      This is an older version.{" "}
      <Link to="/artifacts/artifact/$id" params={{ id: newest.id }} className="text-accent hover:underline">
        The newest version
      </Link>{" "}
      was made <RelativeTime time={newest.created} />.
    </p>
  );
}

function textOf(data: unknown): string {
  return typeof data === "string" ? data : JSON.stringify(data, null, 2);
}
