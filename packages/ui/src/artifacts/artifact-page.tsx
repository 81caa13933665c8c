import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ArtifactPage as ArtifactPageData } from "../api/types.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { StateIcon } from "../runs/state.tsx";
import { ArtifactBody } from "./artifact-body.tsx";
import { ArtifactDescription } from "./artifact-description.tsx";
import { artifactQuery } from "./artifacts.queries.ts";
import { FullView } from "./full-view.tsx";

const route = getRouteApi("/artifacts/artifact/$id");

export function ArtifactPage() {
  const { id } = route.useParams();
  const query = useQuery(artifactQuery(id));
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
  const name = artifact.key ?? artifact.description ?? "Artifact";
  const newest = page.versions[0];
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
          text={() => (typeof artifact.data === "string" ? artifact.data : JSON.stringify(artifact.data, null, 2))}
        />
        <IconButton icon="expand" label="Full view" onClick={() => setFull(true)} />
      </div>
      <ArtifactFacts page={page} />
      <ArtifactDescription text={artifact.description} />
      {newest !== undefined && newest.id !== artifact.id ? (
        <p className="text-muted">
          This is an older version.{" "}
          <Link to="/artifacts/artifact/$id" params={{ id: newest.id }} className="text-accent hover:underline">
            The newest one
          </Link>{" "}
          was made <RelativeTime time={newest.created} />.
        </p>
      ) : null}
      <div className="min-w-0 rounded-lg border bg-surface p-4 sm:p-6">
        {raw ? <JsonView value={artifact.data} /> : <ArtifactBody artifact={artifact} />}
      </div>
      {full ? (
        <FullView title={name} onClose={() => setFull(false)}>
          <ArtifactBody artifact={artifact} />
        </FullView>
      ) : null}
    </Page>
  );
}

function ArtifactFacts({ page }: { readonly page: ArtifactPageData }) {
  const { artifact, flow_run: flowRun, task_run: taskRun } = page;
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
      <span>{artifact.type ?? "data"}</span>
      <span>
        made <RelativeTime time={artifact.created} className="text-text" />
      </span>
      {flowRun === null ? null : (
        <span className="inline-flex min-w-0 items-center gap-1">
          by <StateIcon type={flowRun.state_type} name={flowRun.state_name} className="size-3.5" />
          <Link to="/runs/flow-run/$id" params={{ id: flowRun.id }} className="truncate text-text hover:underline">
            {flowRun.name}
          </Link>
          of
          <Link to="/flows/flow/$id" params={{ id: flowRun.flow_id }} className="truncate text-text hover:underline">
            {flowRun.flow_name}
          </Link>
        </span>
      )}
      {taskRun === null ? null : (
        <span>
          in{" "}
          <Link to="/runs/task-run/$id" params={{ id: taskRun.id }} className="text-text hover:underline">
            {taskRun.name}
          </Link>
        </span>
      )}
    </p>
  );
}
