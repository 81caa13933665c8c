import { timeOrderedId } from "@ostinato/core";
import type { Sql, Writer } from "../db/dialect.ts";
import { writeJson } from "../db/json-text.ts";
import { hasData, type RunState } from "../orchestration/state.ts";

export interface Maker {
  readonly flow_run_id: string | null;
  readonly task_run_id: string | null;
}

const columns = {
  id: "uuid",
  created: "moment",
  updated: "moment",
  type: "text",
  data: "json",
  flow_run_id: "uuid",
  task_run_id: "uuid",
} as const;

/** What a state says of its result is an artifact too, as the field has it: without a key, and of the type "result". */
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
