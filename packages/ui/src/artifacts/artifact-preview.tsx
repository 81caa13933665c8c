import { useState } from "react";
import type { ArtifactContent } from "../api/types.ts";
import { cellText } from "../components/data-table.tsx";
import { Icon } from "../components/icon.tsx";
import { Markdown } from "../components/markdown.tsx";
import { amount } from "../format.ts";
import { imageAddress } from "./artifacts.queries.ts";
import { ProgressBar } from "./progress-bar.tsx";
import { nameOf, type ShownArtifact } from "./shown-artifact.ts";

/** What an artifact holds, small, in a row of a list. */
export function ArtifactPreview({
  artifact,
  content,
}: {
  readonly artifact: ShownArtifact;
  readonly content: ArtifactContent | null;
}) {
  switch (content?.kind) {
    case undefined:
      return <span className="text-xs text-faint">no data</span>;
    case "markdown":
      return (
        <div className="markdown-small faded-end max-h-20 overflow-hidden">
          <Markdown text={content.text} drawsDiagrams={false} />
        </div>
      );
    case "table":
      return <TableHead content={content} />;
    case "image":
      return <Thumbnail artifact={artifact} address={content.address} />;
    case "progress":
      return <ProgressBar share={content.share} label={nameOf(artifact)} />;
    case "json":
      return <code className="line-clamp-2 text-xs break-all text-muted">{content.text}</code>;
    default:
      return content satisfies undefined;
  }
}

function TableHead({ content }: { readonly content: Extract<ArtifactContent, { readonly kind: "table" }> }) {
  const { columns, rows, row_count: rowCount } = content;
  return (
    <div className="flex min-w-0 flex-col items-start gap-0.5">
      {rows.length === 0 ? null : (
        <div className="max-w-full overflow-hidden">
          <table className="table-fixed border-collapse text-2xs">
            <thead>
              <tr>
                {columns.map((column, index) => (
                  <th
                    // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                    key={index}
                    scope="col"
                    className="max-w-28 truncate border-b pr-3 text-left font-medium text-muted"
                  >
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
                <tr key={index}>
                  {row.map((cell, column) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: cells stand by their column
                    <td key={column} className="max-w-28 truncate pr-3 text-muted">
                      {cellText(cell)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <span className="text-2xs text-faint">{rowCount === null ? "a large table" : amount(rowCount, "row")}</span>
    </div>
  );
}

function Thumbnail({ artifact, address }: { readonly artifact: ShownArtifact; readonly address: string | null }) {
  const [broken, setBroken] = useState(false);
  if (address !== null || broken) {
    return (
      <span className="inline-flex min-w-0 items-center gap-1.5 text-xs break-all text-muted">
        <Icon name="image" className="size-3.5 shrink-0" />
        {address ?? "This image can't be shown."}
      </span>
    );
  }
  return (
    <img
      src={imageAddress(artifact)}
      alt={artifact.description ?? nameOf(artifact)}
      loading="lazy"
      onError={() => setBroken(true)}
      className="h-14 max-w-40 rounded-sm border bg-(--paper) object-contain"
    />
  );
}
