import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ArtifactRow } from "../api/types.ts";
import { ArtifactBeginning, isCut } from "../artifacts/artifact-body.tsx";
import { ArtifactDescription } from "../artifacts/artifact-description.tsx";
import { runArtifactsQuery } from "../artifacts/artifacts.queries.ts";
import { nameOf } from "../artifacts/shown-artifact.ts";
import { EndInSight } from "../components/end-in-sight.tsx";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { clock, exact } from "../format.ts";

/** The artifacts of the run as what they are; long ones begin here, and are whole on their own page. */
export function RunArtifacts({ id }: { readonly id: string }) {
  const query = useInfiniteQuery(runArtifactsQuery(id));
  if (query.isError) return <Failure error={query.error} what="The artifacts" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={8} height={24} />;
  const rows = query.data.pages.flatMap((page) => page.results);
  if (rows.length === 0) {
    return (
      <p className="py-4 text-muted">
        This run created no artifacts.{" "}
        <code className="text-xs">{`artifact.markdown({ key: "report", markdown: "# It went well" })`}</code> in a flow
        or task creates one.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {rows.map((row) => (
        <ArtifactCard key={row.latest_id} row={row} />
      ))}
      {query.hasNextPage ? (
        <EndInSight reading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
      ) : null}
    </div>
  );
}

function ArtifactCard({ row }: { readonly row: ArtifactRow }) {
  const artifact = { ...row, id: row.latest_id };
  const own = { to: "/artifacts/artifact/$id", params: { id: artifact.id } } as const;
  return (
    <article aria-label={nameOf(artifact)} className="min-w-0 rounded-lg border bg-surface">
      <header className="flex flex-wrap items-center gap-x-3 border-b px-4 py-2">
        <h3 className="min-w-0 truncate font-semibold">
          <Link {...own} className="hover:underline">
            {nameOf(artifact)}
          </Link>
        </h3>
        <span className="text-xs text-faint">{row.type}</span>
        {row.task_run_id === null ? null : (
          <Link
            to="/runs/task-run/$id"
            params={{ id: row.task_run_id }}
            className="min-w-0 truncate text-xs text-muted hover:text-text hover:underline"
          >
            by {row.task_run_name ?? "a task"}
          </Link>
        )}
        <time dateTime={row.created} title={exact(row.created)} className="ml-auto text-xs text-faint">
          {clock(row.created)}
        </time>
      </header>
      <div className="flex min-w-0 flex-col gap-3 p-4">
        <ArtifactDescription text={row.description} />
        <ArtifactBeginning artifact={artifact} content={row.preview} />
        {isCut(row.preview) ? (
          <Link {...own} className="self-start text-sm text-accent hover:underline">
            Show all of it
          </Link>
        ) : null}
      </div>
    </article>
  );
}
