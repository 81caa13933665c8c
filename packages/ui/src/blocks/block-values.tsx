import { isNumber } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { BlockDocument } from "../api/types.ts";
import { CopyButton } from "../components/copy.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { isMask } from "../forms/drawn-schema.ts";
import { secretNames, shownFields } from "./block-schema.ts";

/** The fields of a block with their values; of a secret only that it is set. */
export function BlockValues({ document }: { readonly document: BlockDocument }) {
  const fields = shownFields(document);
  if (fields.length === 0) return <p className="p-3 text-muted">The block has no fields.</p>;
  const secrets = secretNames(document.block_schema?.fields ?? {});
  return (
    <dl>
      {fields.map(({ name, title, description, value }) => (
        <div
          key={name}
          className="grid grid-cols-1 gap-x-4 gap-y-0.5 border-b px-3 py-2 last:border-0 sm:grid-cols-[minmax(140px,220px)_minmax(0,1fr)]"
        >
          <dt className="min-w-0 leading-6 break-words" title={description}>
            <span className="font-medium">{title}</span>
            {title === name ? null : <span className="block font-mono text-2xs text-faint">{name}</span>}
          </dt>
          <dd className="min-w-0 leading-6">
            <NestedOr document={document} field={name}>
              <Value title={title} value={value} isSecret={secrets.has(name)} />
            </NestedOr>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A nested block as a link to it. */
function NestedOr(props: { readonly document: BlockDocument; readonly field: string; readonly children: ReactNode }) {
  const nested = props.document.block_document_references[props.field]?.block_document;
  if (nested === undefined) return props.children;
  if (nested.is_anonymous) return <span className="text-muted">a {nested.block_type.name} without a name</span>;
  return (
    <Link to="/blocks/block/$id" params={{ id: nested.id }} className="break-words text-accent hover:underline">
      {nested.block_type.slug}/{nested.name}
    </Link>
  );
}

function Value(props: { readonly title: string; readonly value: unknown; readonly isSecret: boolean }) {
  const { title, value, isSecret } = props;
  if (value === undefined || value === null) return <span className="text-faint">not set</span>;
  if (isMask(value, isSecret)) {
    return (
      <span className="inline-flex items-center gap-1.5 text-muted">
        <Icon name="lock" className="size-3.5 text-faint" /> Set, and not shown
      </span>
    );
  }
  if (typeof value === "object" && !isNumber(value)) return <JsonView value={value} label={`Copy ${title}`} />;
  const text = String(value);
  return (
    <span className="flex min-w-0 items-start gap-1">
      <span className="min-w-0 font-mono text-xs leading-6 break-words whitespace-pre-wrap">{text}</span>
      <CopyButton text={text} label={`Copy ${title}`} />
    </span>
  );
}
