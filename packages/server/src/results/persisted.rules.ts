import { formatTimestamp, isUuid, parseTimestamp } from "@ostinato/core";
import type { PersistedResult } from "@ostinato/protocol";

/** The result that a Prefect client keeps itself, from the data of a state; null if there is none. */
export function persistedResult(data: unknown): PersistedResult | null {
  if (!isRecord(data) || typeof data.storage_key !== "string") return null;
  const { storage_key, serializer, expiration, storage_block_id } = data;
  return {
    storage_key,
    serializer: isRecord(serializer) && typeof serializer.type === "string" ? serializer.type : null,
    expiration: typeof expiration === "string" ? momentIn(expiration) : null,
    storage_block_id: typeof storage_block_id === "string" && isUuid(storage_block_id) ? storage_block_id : null,
  };
}

/** The data is the client's own JSON, so an invalid time is left out. */
function momentIn(text: string): PersistedResult["expiration"] {
  const moment = parseTimestamp(text);
  return moment === undefined ? null : formatTimestamp(moment);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
