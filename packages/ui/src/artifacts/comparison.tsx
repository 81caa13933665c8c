import { useMemo, useState } from "react";
import type { Artifact } from "../api/types.ts";
import { Segmented } from "../components/button.tsx";
import { ChangedLines } from "../components/changed-lines.tsx";
import { cellText } from "../components/data-table.tsx";
import { lineDiff } from "../components/line-diff.ts";
import { RelativeTime } from "../components/time.tsx";
import { amount } from "../format.ts";
import { ArtifactBody } from "./artifact-body.tsx";
import { contentOf } from "./artifact-data.ts";

/** Compares two versions line by line (tables row by row), or shows both side by side. */
export function Comparison({ before, after }: { readonly before: Artifact; readonly after: Artifact }) {
  const [view, setView] = useState<"changes" | "beside">("changes");
  const lines = useMemo(() => lineDiff(linesOf(before), linesOf(after)), [before, after]);
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
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
          <RelativeTime time={before.created} /> → <RelativeTime time={after.created} />:{" "}
          {added + removed === 0
            ? "no difference"
            : `${amount(added, "line")} added, ${amount(removed, "line")} removed`}
        </p>
      </div>
      {view === "changes" ? (
        <ChangedLines lines={lines} />
      ) : (
        <div className="grid gap-4 md:grid-cols-2">
          <ArtifactBody artifact={before} />
          <ArtifactBody artifact={after} />
        </div>
      )}
    </div>
  );
}

function linesOf(artifact: Artifact): readonly string[] {
  const content = contentOf(artifact);
  if (content.kind === "markdown") return content.text.split("\n");
  if (content.kind === "table") return [content.columns, ...content.rows].map((row) => row.map(cellText).join("  |  "));
  return (JSON.stringify(artifact.data, null, 2) ?? "").split("\n");
}
