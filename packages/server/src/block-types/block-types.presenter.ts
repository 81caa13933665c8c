import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { BlockType } from "@ostinato/protocol";
import { type Lifecycle, lifecycleEvent } from "../kernel/lifecycle-event.ts";
import type { BlockTypeRow } from "./block-types.queries.ts";

export function presentBlockType(row: BlockTypeRow): BlockType {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    slug: row.slug,
    logo_url: row.logo_url,
    documentation_url: row.documentation_url,
    description: row.description,
    code_example: row.code_example,
    is_protected: row.is_protected === 1,
  };
}

export function blockTypeEvent(action: Lifecycle["action"], row: BlockTypeRow, occurred: Timestamp) {
  const { id, created, updated, ...payload } = presentBlockType(row);
  return lifecycleEvent({ noun: "block-type", action, id, name: row.name, occurred, payload });
}
