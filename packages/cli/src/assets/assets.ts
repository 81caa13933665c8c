import { type Client, isNotFound } from "@ostinato/client";
import { jsonText } from "@ostinato/core";
import {
  type Asset,
  type AssetMaterialization,
  deleteAsset,
  filterAssets,
  filterMaterializations,
  readAsset,
  readAssetLineage,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { confirmed } from "../output/confirm.ts";
import { ago, localTime } from "../output/moments.ts";
import { note, say, sayFields, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { oneLine, paint } from "../output/text.ts";
import { readPages } from "../pages.ts";

export interface AssetListOptions {
  readonly limit: number;
  readonly match?: string;
  readonly failed?: boolean;
  readonly json?: boolean;
}

export interface Sure {
  readonly yes?: boolean;
  readonly json?: boolean;
}

const shownHistory = 10;

export function list({ limit, match, failed, json }: AssetListOptions): Promise<void> {
  const filter = {
    ...(match === undefined ? {} : { text: match }),
    ...(failed ? { states: ["failed" as const] } : {}),
  };
  return withServer(async ({ client }) => {
    const page = async (place: { readonly limit: number; readonly offset: number }) =>
      (await client.call(filterAssets, { body: { ...place, ...filter } })).results;
    const rows = await readPages(limit, page);
    if (json) sayJson(rows);
    else sayTable(rows, columns, "No event has told of assets. materialize() makes a task that makes one.");
  });
}

const columns: readonly Column<Asset>[] = [
  { title: "KEY", value: ({ key }) => key, flexible: true },
  { title: "NAME", value: ({ name }) => oneLine(name ?? "") },
  { title: "LAST MADE", value: ({ last_materialization: last }) => (last === null ? "never" : ago(last.occurred)) },
  { title: "ENDED", value: ({ last_materialization: last }) => (last === null ? "" : endOf(last)) },
  { title: "BY FLOW", value: ({ last_materialization: last }) => oneLine(last?.flow?.name ?? "") },
];

function endOf({ succeeded }: AssetMaterialization): string {
  return succeeded ? "succeeded" : "failed";
}

export function inspect(key: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const asset = await find(client, key);
    const [{ dependencies }, history] = await Promise.all([
      client.call(readAssetLineage, { query: { key } }),
      client.call(filterMaterializations, { body: { asset_key: key, limit: shownHistory } }),
    ]);
    const upstream = dependencies.filter(({ downstream }) => downstream === key).map((each) => each.upstream);
    const downstream = dependencies.filter((each) => each.upstream === key).map((each) => each.downstream);
    if (json) return sayJson({ ...asset, upstream, downstream, materializations: history.results });
    const last = asset.last_materialization;
    sayFields([
      ["Asset", paint("bold", oneLine(asset.key))],
      ["Name", asset.name],
      ["Description", asset.description],
      ["Owners", asset.owners.length === 0 ? null : asset.owners.join(", ")],
      ["URL", asset.url],
      ["Last made", last === null ? "never" : `${localTime(last.occurred)}, ${endOf(last)}`],
      ["Metadata", last === null ? null : jsonText(last.metadata)],
      ["Made of", upstream.length === 0 ? null : upstream.join("\n")],
      ["Used for", downstream.length === 0 ? null : downstream.join("\n")],
    ]);
    if (history.count > 0) say("");
    sayTable(history.results, historyColumns, "");
    if (history.count > shownHistory) note(`${history.count - shownHistory} older ones are not shown.`);
  });
}

const historyColumns: readonly Column<AssetMaterialization>[] = [
  { title: "MADE", value: ({ occurred }) => localTime(occurred) },
  { title: "ENDED", value: endOf },
  { title: "FLOW RUN", value: ({ flow_run }) => oneLine(flow_run?.name ?? "") },
  { title: "TASK RUN", value: ({ task_run }) => oneLine(task_run?.name ?? "") },
  { title: "METADATA", value: ({ metadata }) => oneLine(jsonText(metadata) ?? ""), flexible: true },
];

export function remove(keys: readonly string[], { yes, json }: Sure): Promise<void> {
  return withServer(async ({ client }) => {
    for (const key of keys) await find(client, key);
    const question = `${keys.join(", ")} will be forgotten, with all history. The data itself stays.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    for (const key of keys) await client.call(deleteAsset, { query: { key } });
    if (json) sayJson({ deleted: keys });
    else say(`Deleted: ${keys.join(", ")}`);
  });
}

async function find(client: Client, key: string): Promise<Asset> {
  try {
    return await client.call(readAsset, { query: { key } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CliError(`There is no asset ${JSON.stringify(key)}. "ostinato asset ls" lists them.`);
  }
}
