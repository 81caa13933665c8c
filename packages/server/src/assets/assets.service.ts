import { formatTimestamp } from "@ostinato/core";
import type {
  Asset,
  AssetLineage,
  BodyOf,
  filterAssets,
  filterMaterializations,
  LiveKept,
  ReplyOf,
} from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { unit } from "../kernel/unit.ts";
import { presentAsset, presentMaterialization } from "./assets.presenter.ts";
import * as queries from "./assets.queries.ts";

const defaultLimit = 50;
/** What a page of lineage shows at most. */
const maxLineage = 200;

export async function filter(
  { db }: Context,
  { text, states, sort, limit, offset }: BodyOf<typeof filterAssets>,
): Promise<ReplyOf<typeof filterAssets>> {
  const query = {
    text: text ? text : undefined,
    states: states ?? [],
    sort: sort ?? "KEY_ASC",
    limit: limit ?? defaultLimit,
    offset: offset ?? 0,
  } as const;
  const [ids, count] = await Promise.all([queries.findAssets(db.read, query), queries.countAssets(db.read, query)]);
  const found = new Map((await presented(db.read, ids)).map((asset) => [asset.id, asset]));
  return { results: ids.flatMap((id) => found.get(id) ?? []), count };
}

export async function read({ db }: Context, key: string): Promise<Asset> {
  const [asset] = await presented(db.read, [(await rowOf(db.read, key)).id]);
  if (asset === undefined) throw absent("Asset");
  return asset;
}

async function rowOf(reader: Reader, key: string): Promise<queries.AssetRow> {
  const [row] = await queries.assetsByKeys(reader, [key]);
  if (row === undefined) throw absent("Asset");
  return row;
}

async function presented(reader: Reader, ids: readonly string[]): Promise<readonly Asset[]> {
  const [rows, lasts] = await Promise.all([
    queries.assetsByIds(reader, ids),
    queries.lastMaterializations(reader, ids),
  ]);
  const lastOf = new Map(lasts.map((last) => [last.asset_id, last]));
  return rows.map((row) => presentAsset(row, lastOf.get(row.id)));
}

/** Forgets the asset, its history and its dependencies. */
export async function remove(context: Context, key: string): Promise<void> {
  await unit(context, async (unit) => {
    const { id } = await rowOf(unit.tx, key);
    await queries.deleteAsset(unit.tx, id);
    unit.deleted("asset", [id]);
  });
}

export async function materializations(
  { db }: Context,
  { asset_key, flow_run_id, task_run_id, limit, offset }: BodyOf<typeof filterMaterializations>,
): Promise<ReplyOf<typeof filterMaterializations>> {
  const query = {
    assetKey: asset_key ?? undefined,
    flowRunId: flow_run_id?.toLowerCase(),
    taskRunId: task_run_id?.toLowerCase(),
    limit: limit ?? defaultLimit,
    offset: offset ?? 0,
  };
  const [rows, count] = await Promise.all([
    queries.findMaterializations(db.read, query),
    queries.countMaterializations(db.read, query),
  ]);
  return { results: rows.map(presentMaterialization), count };
}

/** What the asset is made of, level by level, and what is made of it. */
export async function lineage({ db }: Context, key: string): Promise<AssetLineage> {
  const { id } = await rowOf(db.read, key);
  const known = new Set([id]);
  const found = new Map<string, queries.DependencyRow>();
  let isCut = false;
  for (const [from, to] of [
    ["downstream_id", "upstream_id"],
    ["upstream_id", "downstream_id"],
  ] as const) {
    for (let level = [id]; level.length > 0; ) {
      const rows = await queries.dependenciesAt(db.read, from, { ids: level, limit: maxLineage });
      isCut ||= rows.length === maxLineage;
      level = [];
      for (const row of rows) {
        if (!known.has(row[to]) && known.size >= maxLineage) isCut = true;
        else {
          if (!known.has(row[to])) level.push(row[to]);
          known.add(row[to]);
          found.set(`${row.upstream_id} ${row.downstream_id}`, row);
        }
      }
    }
  }
  const assets = await presented(db.read, [...known]);
  const keys = new Map(assets.map((asset) => [asset.id, asset.key]));
  const dependencies = [...found.values()].flatMap(({ upstream_id, downstream_id, last_seen }) => {
    const [upstream, downstream] = [keys.get(upstream_id), keys.get(downstream_id)];
    const isKnown = upstream !== undefined && downstream !== undefined;
    return isKnown ? [{ upstream, downstream, last_seen: formatTimestamp(last_seen) }] : [];
  });
  return { assets: [...assets], dependencies, is_cut: isCut };
}

/** The rows of the live feed. */
export async function readMany({ db }: Context, ids: readonly string[]): Promise<LiveKept[]> {
  return (await queries.assetsByIds(db.read, ids)).map(({ id, key }) => ({ id, name: key }));
}
