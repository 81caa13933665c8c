import { timeOrderedId } from "@ostinato/core";
import { columnTypes } from "../db/columns.ts";
import type { Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { writeJson } from "../db/json-text.ts";
import { tables } from "../db/tables.ts";
import type { RunState } from "../orchestration/state.ts";

export interface Maker {
  readonly flow_run_id: string | null;
  readonly task_run_id: string | null;
}

const { key: _key, description: _description, metadata: _metadata, ...kept } = tables.artifact;
const columns = columnTypes(kept);

/** Inserts the result in the state as an artifact without a key, of the type "result" unless the result names another. */
export async function insertResultArtifact(
  tx: Writer,
  { state, maker }: { readonly state: RunState; readonly maker: Maker },
): Promise<void> {
  const { timestamp, data } = state;
  const row = {
    id: timeOrderedId(timestamp),
    created: timestamp,
    updated: timestamp,
    type: artifactType(data),
    data: writeJson(data),
    ...maker,
  };
  await insertRows(tx, { into: "artifact", columns, rows: [row] });
}

function artifactType(data: unknown): string {
  const given = (data as { readonly artifact_type?: unknown }).artifact_type;
  return typeof given === "string" && given !== "" ? given : "result";
}
