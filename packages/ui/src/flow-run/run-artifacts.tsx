import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArtifactBody } from "../artifacts/artifact-body.tsx";
import { ArtifactDescription } from "../artifacts/artifact-description.tsx";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { runArtifactsQuery } from "./flow-run.queries.ts";

/** The artifacts of the run, rendered. */
export function RunArtifacts({ id }: { readonly id: string }) {
  const query = useQuery(runArtifactsQuery(id));
  if (query.isError) return <Failure error={query.error} what="The artifacts" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={8} height={24} />;
  if (query.data.length === 0) {
    return (
      <p className="py-4 text-muted">
        The run left no artifact.{" "}
        <code className="text-xs">{`artifact.markdown({ key: "report", markdown: "# It went well" })`}</code> in a flow
        or task leaves one.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {query.data.map((artifact) => (
        <article key={artifact.id} className="min-w-0 rounded-lg border bg-surface">
          <header className="flex flex-wrap items-center gap-x-3 border-b px-4 py-2">
            <h3 className="min-w-0 truncate font-semibold">
              <Link to="/artifacts/artifact/$id" params={{ id: artifact.id }} className="hover:underline">
                {artifact.key ?? artifact.description ?? "Artifact"}
              </Link>
            </h3>
            <span className="text-xs text-faint">{artifact.type}</span>
            <RelativeTime time={artifact.created} className="ml-auto text-xs text-faint" />
          </header>
          <div className="flex min-w-0 flex-col gap-3 p-4">
            <ArtifactDescription text={artifact.description} />
            <ArtifactBody artifact={artifact} />
          </div>
        </article>
      ))}
    </div>
  );
}
