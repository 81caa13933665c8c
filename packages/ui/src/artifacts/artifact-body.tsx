import { useState } from "react";
import type { Artifact } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { DataTable } from "../components/data-table.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Markdown } from "../components/markdown.tsx";
import { percent } from "../format.ts";
import { contentOf } from "./artifact-data.ts";

/** Renders an artifact by its type. */
export function ArtifactBody({
  artifact,
}: {
  readonly artifact: Pick<Artifact, "type" | "data" | "description" | "key">;
}) {
  const content = contentOf(artifact);
  switch (content.kind) {
    case "markdown":
      return <Markdown text={content.text} />;
    case "table":
      return <DataTable columns={content.columns} rows={content.rows} label={artifact.key ?? "Table"} />;
    case "image":
      return <Picture address={content.address} name={artifact.description ?? artifact.key ?? "Image"} />;
    case "progress":
      return <Progress share={content.share} />;
    case "json":
      return <JsonView value={content.value} />;
    default:
      return content satisfies never;
  }
}

/** Remote pictures are loaded on request only, because loading reveals the reader to the other machine. */
function Picture({ address, name }: { readonly address: string; readonly name: string }) {
  const [wanted, setWanted] = useState(/^data:image\//.test(address));
  if (!/^(?:https?:|data:image\/)/.test(address))
    return <p className="text-muted">This is not the address of a picture: {address.slice(0, 200)}</p>;
  if (wanted)
    return <img src={address} alt={name} referrerPolicy="no-referrer" className="max-w-full rounded-md border" />;
  return (
    <p className="flex flex-wrap items-center gap-2 text-muted">
      <span className="min-w-0 break-all">Picture at {address}</span>
      <Button onClick={() => setWanted(true)}>Load</Button>
    </p>
  );
}

function Progress({ share }: { readonly share: number }) {
  return (
    <div className="flex items-center gap-3">
      <div
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="h-2 w-full max-w-md overflow-hidden rounded-full bg-pressed"
      >
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${share * 100}%` }} />
      </div>
      <span className="font-medium">{percent(share)}</span>
    </div>
  );
}
