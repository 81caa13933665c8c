import { timeOrderedId } from "@ostinato/core";
import { columnTypes } from "../db/columns.ts";
import type { Sql, Writer } from "../db/dialect.ts";
import { writeJson } from "../db/json-text.ts";
import { tables } from "../db/tables.ts";
import { hasData, type RunState } from "../orchestration/state.ts";

export interface Maker {
  readonly flow_run_id: string | null;
  readonly task_run_id: string | null;
}

const { key: _key, description: _description, metadata: _metadata, ...told } = tables.artifact;
const columns = columnTypes(told);

/** What a state says of its result is an artifact too, as Prefect has it: without a key, and of the type "result". */
export async function keepResultAsArtifact(tx: Writer, dialect: Sql, state: RunState, maker: Maker): Promise<void> {
  if (!hasData(state)) return;
  const { timestamp, data } = state;
  const row = {
    id: timeOrderedId(timestamp),
    created: timestamp,
    updated: timestamp,
    type: artifactType(data),
    data: writeJson(data),
    ...maker,
  };
  await dialect.insertRows(tx, { into: "artifact", columns, rows: [row] });
}

function artifactType(data: unknown): string {
  const given = (data as { readonly artifact_type?: unknown }).artifact_type;
  return typeof given === "string" && given !== "" ? given : "result";
}
