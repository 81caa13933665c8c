import { useMemo, useState } from "react";
import type { Artifact } from "../api/types.ts";
import { Segmented } from "../components/button.tsx";
import { cellText } from "../components/data-table.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount } from "../format.ts";
import { ArtifactBody } from "./artifact-body.tsx";
import { contentOf } from "./artifact-data.ts";
import { lineDiff } from "./line-diff.ts";

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
        <div
          role="region"
          aria-label="Changes"
          className="overflow-x-auto rounded-md border font-mono text-xs leading-5"
        >
          {lines.map((line, index) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of a comparison have no identity
              key={index}
              className="flex min-w-0 gap-2 px-2 whitespace-pre-wrap"
              style={
                line.kind === "same"
                  ? undefined
                  : {
                      background: `color-mix(in oklab, var(--state-${line.kind === "added" ? "completed" : "failed"}) 14%, transparent)`,
                    }
              }
            >
              <span className="w-3 shrink-0 text-faint select-none">
                {line.kind === "added" ? "+" : line.kind === "removed" ? "−" : ""}
              </span>
              <span className="min-w-0 break-words">
                {line.kind === "same" ? null : <span className="sr-only">{line.kind}: </span>}
                {line.text === "" ? " " : line.text}
              </span>
            </div>
          ))}
        </div>
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
