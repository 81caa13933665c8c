import { contentOf } from "@ostinato/core/artifact-content";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Artifact, ArtifactPage } from "../api/types.ts";
import { Segmented } from "../components/button.tsx";
import { ChangedLines } from "../components/changed-lines.tsx";
import { cellText } from "../components/data-table.tsx";
import { Failure } from "../components/failure.tsx";
import { lineDiff } from "../components/line-diff.ts";
import { Skeleton } from "../components/skeleton.tsx";
import { amount, dateAndClock } from "../format.ts";
import { ArtifactBody } from "./artifact-body.tsx";
import { artifactDataQuery, artifactQuery } from "./artifacts.queries.ts";

/** Compares two versions line by line (tables row by row), or shows both side by side. */
export function Comparison({ beforeId, after }: { readonly beforeId: string; readonly after: ArtifactPage }) {
  const before = useQuery(artifactQuery(beforeId));
  const [view, setView] = useState<"changes" | "beside">("changes");
  if (before.isError) return <Failure error={before.error} what="The other version" />;
  if (before.data === undefined) return <Skeleton rows={8} height={24} />;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Segmented
          label="Comparison"
          value={view}
          onChange={setView}
          options={[
            { value: "changes", label: "Changes" },
            { value: "beside", label: "Side by side" },
          ]}
        />
        <p className="text-muted">
          {dateAndClock(before.data.artifact.created)} → {dateAndClock(after.artifact.created)}
        </p>
      </div>
      {view === "changes" ? (
        <Changes beforeId={beforeId} afterId={after.artifact.id} />
      ) : (
        <div className="grid gap-4 md:grid-cols-2">
          <ArtifactBody artifact={before.data.artifact} content={before.data.content} />
          <ArtifactBody artifact={after.artifact} content={after.content} />
        </div>
      )}
    </div>
  );
}

function Changes({ beforeId, afterId }: { readonly beforeId: string; readonly afterId: string }) {
  const before = useQuery(artifactDataQuery(beforeId));
  const after = useQuery(artifactDataQuery(afterId));
  const lines = useMemo(
    () => (before.data && after.data ? lineDiff(linesOf(before.data), linesOf(after.data)) : undefined),
    [before.data, after.data],
  );
  const error = before.error ?? after.error;
  if (error !== null) return <Failure error={error} what="The data of both versions" />;
  if (lines === undefined) return <Skeleton rows={8} height={24} />;
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  return (
    <>
      <p className="text-muted">
        {added + removed === 0
          ? "There is no difference."
          : `${amount(added, "line")} added, ${amount(removed, "line")} removed`}
      </p>
      <ChangedLines lines={lines} />
    </>
  );
}

function linesOf(artifact: Artifact): readonly string[] {
  const content = contentOf(artifact);
  if (content.kind === "markdown") return content.text.split("\n");
  if (content.kind === "table") return [content.columns, ...content.rows].map((row) => row.map(cellText).join("  |  "));
  return (JSON.stringify(artifact.data, null, 2) ?? "").split("\n");
}
