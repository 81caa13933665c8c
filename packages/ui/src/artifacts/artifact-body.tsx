import { isNumber, parseJson } from "@ostinato/core";
import { useState } from "react";
import type { ArtifactContent } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { DataTable } from "../components/data-table.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Markdown } from "../components/markdown.tsx";
import { amount } from "../format.ts";
import { ArtifactTable } from "./artifact-table.tsx";
import { imageAddress } from "./artifacts.queries.ts";
import { ProgressBar } from "./progress-bar.tsx";
import { nameOf, type ShownArtifact } from "./shown-artifact.ts";

interface BodyProps {
  readonly artifact: ShownArtifact;
  readonly content: ArtifactContent | null;
}

/** The whole content of an artifact, as what it is. Tables can be sorted and filtered; `fills` gives them the height of their frame. */
export function ArtifactBody({ artifact, content, fills = false }: BodyProps & { readonly fills?: boolean }) {
  if (content?.kind === "table") return <ArtifactTable artifact={artifact} content={content} fills={fills} />;
  return <Content artifact={artifact} content={content} />;
}

/** The beginning of an artifact, among others. */
export function ArtifactBeginning({ artifact, content }: BodyProps) {
  if (content?.kind !== "table") return <Content artifact={artifact} content={content} />;
  const { columns, rows, row_count: rowCount } = content;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      {rows.length === 0 ? null : <DataTable columns={columns} rows={rows} label={nameOf(artifact)} />}
      {rowCount === null ? (
        <p className="text-xs text-faint">{rows.length === 0 ? "A table" : "The first rows of a table"}</p>
      ) : (
        <p className="text-xs text-faint">
          {rowCount > rows.length ? `The first ${amount(rows.length, "row")} of ${amount(rowCount, "row")}` : null}
        </p>
      )}
    </div>
  );
}

/** Whether there is more than a beginning shows. */
export function isCut(content: ArtifactContent | null): boolean {
  if (content?.kind === "table") return content.row_count === null || content.row_count > content.rows.length;
  return content !== null && "is_whole" in content && !content.is_whole;
}

function Content({ artifact, content }: BodyProps) {
  switch (content?.kind) {
    case undefined:
      return <p className="text-muted">This artifact has no data.</p>;
    case "markdown":
      return <Markdown text={content.text} drawsDiagrams={content.is_whole} />;
    case "image":
      return <Picture artifact={artifact} address={content.address} />;
    case "progress":
      return <ProgressBar share={content.share} label={nameOf(artifact)} />;
    case "json":
      return <Json text={content.text} isWhole={content.is_whole} />;
    case "table":
      return null;
    default:
      return content satisfies undefined;
  }
}

function Json({ text, isWhole }: { readonly text: string; readonly isWhole: boolean }) {
  if (!isWhole) {
    return <pre className="overflow-hidden text-xs break-words whitespace-pre-wrap text-muted">{text}…</pre>;
  }
  const value = parseJson(text);
  return typeof value === "string" || isNumber(value) ? (
    <p className="break-words whitespace-pre-wrap">{String(value)}</p>
  ) : (
    <JsonView value={value} />
  );
}

/** Pictures of other machines are loaded on request only, because loading reveals the reader to them. */
function Picture({ artifact, address }: { readonly artifact: ShownArtifact; readonly address: string | null }) {
  const [wanted, setWanted] = useState(address === null);
  const [broken, setBroken] = useState(false);
  const name = artifact.description ?? artifact.key ?? "Image";
  if (broken || (address !== null && !/^https?:/.test(address)))
    return <p className="text-muted">This is not the address of an image: {(address ?? "").slice(0, 200)}</p>;
  if (wanted) {
    return (
      <img
        src={address ?? imageAddress(artifact)}
        alt={name}
        loading="lazy"
        referrerPolicy="no-referrer"
        onError={() => setBroken(true)}
        className="max-w-full rounded-md border bg-(--paper)"
      />
    );
  }
  return (
    <p className="flex flex-wrap items-center gap-2 text-muted">
      <span className="min-w-0 break-all">Image at {address}</span>
      <Button onClick={() => setWanted(true)}>Load</Button>
    </p>
  );
}
