import type { Timestamp } from "@ostinato/core";
import type { BlockDocument } from "@ostinato/protocol";
import { secretPaths } from "../block-schemas/block-schemas.service.ts";
import { type Lifecycle, lifecycleEvent } from "../kernel/lifecycle-event.ts";

/** The event of a document that was read without its secrets, as Prefect's automations expect it. */
export function blockDocumentEvent(action: Lifecycle["action"], document: BlockDocument, occurred: Timestamp) {
  const { id, name, block_type_id, block_schema_id, block_type_name, block_schema } = document;
  const block_type = { id: block_type_id, name: block_type_name ?? "" };
  return lifecycleEvent({
    noun: "block-document",
    action,
    id,
    name,
    occurred,
    payload: {
      name,
      data: shownTexts(document),
      block_schema: block_schema && { capabilities: block_schema.capabilities, block_type },
    },
    related: [
      {
        "prefect.resource.id": `prefect.block-type.${block_type_id}`,
        "prefect.resource.role": "block-type",
        ...(block_type_name === null ? {} : { "prefect.resource.name": block_type_name }),
      },
      { "prefect.resource.id": `prefect.block-schema.${block_schema_id}`, "prefect.resource.role": "block-schema" },
    ],
  });
}

function shownTexts({ data, block_schema }: BlockDocument): Readonly<Record<string, unknown>> {
  const secrets = secretPaths(block_schema?.fields ?? {});
  const shown = Object.entries(data).filter(([field, value]) => typeof value === "string" && !secrets.includes(field));
  return Object.fromEntries(shown);
}
