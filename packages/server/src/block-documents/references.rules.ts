import { isUuid } from "@ostinato/core";
import { refused } from "../kernel/errors.ts";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";

/** Data without the documents that it nests, and these documents by field. */
export interface SeparatedData {
  readonly data: JsonObject;
  readonly references: ReadonlyMap<string, string>;
}

/** A field that is `{"$ref": {"block_document_id": "…"}}` nests the document; deeper ones are data, as in Prefect. */
export function separated(given: JsonObject): SeparatedData {
  const references = new Map<string, string>();
  const data = Object.entries(given).filter(([field, value]) => {
    if (!isJsonObject(value) || !Object.hasOwn(value, "$ref")) return true;
    references.set(field, idOf(field, value.$ref));
    return false;
  });
  return { data: Object.fromEntries(data), references };
}

function idOf(field: string, reference: unknown): string {
  const id = isJsonObject(reference) ? reference.block_document_id : undefined;
  if (id === undefined || id === null) {
    throw refused("BLOCK_REFERENCE_REFUSED", `Received block reference without a block_document_id in key ${field}`);
  }
  if (typeof id === "string" && isUuid(id)) return id.toLowerCase();
  throw refused(
    "BLOCK_REFERENCE_REFUSED",
    `data.${field}: the block_document_id ${JSON.stringify(id)} is not a UUID. Send the id of a block document.`,
  );
}
