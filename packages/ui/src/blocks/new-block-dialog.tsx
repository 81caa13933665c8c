import { isNotFound } from "@ostinato/client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Failure } from "../components/failure.tsx";
import { Select } from "../components/field.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import type { BlockMakerProps } from "../forms/block-maker.ts";
import { NewBlockForm } from "./block-form.tsx";
import { blockTypeQuery } from "./blocks.queries.ts";

/** Makes a block of one of the types, for the form that opened it. */
export function NewBlockDialog({ slugs, onClose, onSaved }: BlockMakerProps) {
  const [slug, setSlug] = useState(slugs[0] ?? "");
  const query = useQuery(blockTypeQuery(slug));
  return (
    <Dialog
      open
      wide
      title={query.data === undefined ? "New block" : `New ${query.data.type.name}`}
      onOpenChange={(open) => open || onClose()}
    >
      <div className="flex min-w-0 flex-col gap-3">
        {slugs.length === 1 ? null : (
          <Select
            label="Type of the block"
            value={slug}
            options={slugs.map((value) => ({ value, label: value }))}
            onChange={setSlug}
          />
        )}
        {query.isPending ? <Skeleton rows={5} /> : null}
        {query.data === undefined ? null : (
          <NewBlockForm
            key={slug}
            page={query.data}
            onSaved={onSaved}
            beside={<Button onClick={onClose}>Cancel</Button>}
          />
        )}
        {isNotFound(query.error) ? (
          <p className="text-muted">
            The server does not know the type <code>{slug}</code> yet: it learns of a type from the first program that
            saves a block of it.
          </p>
        ) : query.isError ? (
          <Failure error={query.error} what="The block type" onRetry={() => void query.refetch()} />
        ) : null}
      </div>
    </Dialog>
  );
}
