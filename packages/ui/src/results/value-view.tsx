import type { TablePreview, ValuePreview } from "../api/types.ts";
import { DataTable } from "../components/data-table.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { bytes, count } from "../format.ts";

/** An argument or a result: tables and images rendered, the rest as JSON; for a value that was not kept, the reason. */
export function ValueView({ preview }: { readonly preview: ValuePreview }) {
  switch (preview.kind) {
    case "none":
      return <p className="text-faint">Nothing</p>;
    case "secret":
      return (
        <p className="flex items-center gap-1.5 text-muted">
          <span aria-hidden="true">••••••••</span> secret, never stored
        </p>
      );
    case "unserializable":
      return (
        <p className="flex items-start gap-1.5 text-muted">
          <Icon name="warning" className="mt-0.5 size-3.5" />
          <span>Not kept: {textOf(preview.value) || "it can't be serialized"}. The task runs again on a retry.</span>
        </p>
      );
    case "table":
      return <TableValue preview={preview} />;
    case "image":
      return <ImageValue preview={preview} />;
    case "bytes":
      return <BytesValue preview={preview} />;
    case "scalar":
      return (
        <div>
          <pre className="max-h-64 overflow-auto rounded-md border bg-sunken px-2 py-1.5 text-xs leading-5 whitespace-pre-wrap">
            {typeof preview.value === "string" ? preview.value : JSON.stringify(preview.value)}
          </pre>
          <Cut preview={preview} />
        </div>
      );
    case "json":
      return (
        <div>
          <JsonView value={preview.value} />
          <Cut preview={preview} />
        </div>
      );
    default:
      return preview.kind satisfies never;
  }
}

function TableValue({ preview }: { readonly preview: ValuePreview }) {
  const table = preview.value as TablePreview;
  return (
    <div>
      <DataTable columns={table.columns} types={table.types} rows={table.rows} label="First rows" />
      <p className="mt-1 text-xs text-faint">
        {count(table.row_count)} rows × {count(table.columns.length)} columns
        {table.rows.length < table.row_count ? `, the first ${count(table.rows.length)} shown` : ""}
        {preview.size_bytes === null ? "" : ` · ${bytes(preview.size_bytes)}`}
      </p>
      {table.url === undefined ? null : <p className="mt-0.5 text-xs break-all text-faint">Kept at {table.url}</p>}
    </div>
  );
}

function ImageValue({ preview }: { readonly preview: ValuePreview }) {
  const { media_type: mediaType, base64 } = preview.value as { readonly media_type?: string; readonly base64?: string };
  if (
    base64 === undefined ||
    mediaType === undefined ||
    !/^image\/(?:png|jpeg|gif|webp|avif|svg\+xml)$/.test(mediaType)
  ) {
    return (
      <p className="text-muted">
        An image{preview.size_bytes === null ? "" : ` of ${bytes(preview.size_bytes)}`}, too large to be shown here.
      </p>
    );
  }
  return (
    <img src={`data:${mediaType};base64,${base64}`} alt="The value" className="max-h-96 max-w-full rounded-md border" />
  );
}

function BytesValue({ preview }: { readonly preview: ValuePreview }) {
  const head =
    typeof preview.value === "object" && preview.value !== null && "hex" in preview.value
      ? String(preview.value.hex)
      : textOf(preview.value);
  return (
    <div>
      <p className="text-muted">{preview.size_bytes === null ? "Bytes" : bytes(preview.size_bytes)}</p>
      {head === "" ? null : (
        <pre className="mt-1 overflow-hidden rounded-md border bg-sunken px-2 py-1.5 text-xs break-all whitespace-pre-wrap text-muted">
          {head.replace(/(..)/g, "$1 ")}…
        </pre>
      )}
    </div>
  );
}

function Cut({ preview }: { readonly preview: ValuePreview }) {
  if (!preview.truncated) return null;
  return (
    <p className="mt-1 text-xs text-faint">
      Shortened{preview.size_bytes === null ? "" : `; the whole is ${bytes(preview.size_bytes)}`}.
    </p>
  );
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "reason" in value) return String(value.reason);
  return "";
}
