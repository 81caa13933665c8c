import { formatTimestamp } from "@ostinato/core";
import type { Asset, AssetMaterialization } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import type { AssetRow, KeyedMaterialization } from "./assets.queries.ts";

export function presentAsset(row: AssetRow, last: KeyedMaterialization | undefined): Asset {
  const { id, key, name, description, url, owners, first_seen, last_seen } = row;
  return {
    id,
    key,
    name,
    description,
    url,
    owners: readPlainJson(owners),
    first_seen: formatTimestamp(first_seen),
    last_seen: formatTimestamp(last_seen),
    last_materialization: last === undefined ? null : presentMaterialization(last),
  };
}

export function presentMaterialization(row: KeyedMaterialization): AssetMaterialization {
  return {
    id: row.event_id,
    asset_key: row.asset_key,
    occurred: formatTimestamp(row.occurred),
    succeeded: row.succeeded === 1,
    flow_run: named(row.flow_run_id, row.flow_run_name),
    task_run: named(row.task_run_id, row.task_run_name),
    flow: named(row.flow_id, row.flow_name),
    made_by: row.made_by,
    metadata: readJson(row.metadata),
  };
}

function named(id: string | null, name: string | null) {
  return id === null ? null : { id, name: name ?? id };
}
