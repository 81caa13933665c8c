import type { AssetSort, AssetState } from "@ostinato/protocol";
import { type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import { everything, join } from "../criteria/conditions.queries.ts";
import { columnTypes } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { portable } from "../db/portable.ts";
import { type Tables, tables } from "../db/tables.ts";

export type AssetRow = Selectable<Tables["asset"]>;
export type MaterializationRow = Selectable<Tables["asset_materialization"]>;
export type DependencyRow = Selectable<Tables["asset_dependency"]>;
/** A materialization with the key of its asset. */
export type KeyedMaterialization = MaterializationRow & { readonly asset_key: string };

const assetColumns = columnTypes(tables.asset);
const materializationColumns = columnTypes(tables.asset_materialization);
const dependencyColumns = columnTypes(tables.asset_dependency);

export async function assetsByKeys(reader: Reader, keys: readonly string[]): Promise<AssetRow[]> {
  if (keys.length === 0) return [];
  return reader.selectFrom("asset").selectAll().where("key", "in", keys).execute();
}

export async function assetsByIds(reader: Reader, ids: readonly string[]): Promise<AssetRow[]> {
  if (ids.length === 0) return [];
  return reader.selectFrom("asset").selectAll().where("id", "in", ids).orderBy("key").execute();
}

/** Writes assets, those that are there anew. */
export async function putAssets(tx: Writer, rows: readonly AssetRow[]): Promise<void> {
  await insertRows(tx, {
    into: "asset",
    columns: assetColumns,
    rows,
    ending: `ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, url = excluded.url,
      owners = excluded.owners, described = excluded.described, last_seen = excluded.last_seen`,
  });
}

/** A change may be handled twice. */
export async function addMaterializations(tx: Writer, rows: readonly MaterializationRow[]): Promise<void> {
  const ending = "ON CONFLICT (event_id) DO NOTHING";
  await insertRows(tx, { into: "asset_materialization", columns: materializationColumns, rows, ending });
}

export async function putDependencies(tx: Writer, rows: readonly DependencyRow[]): Promise<void> {
  const ending = "ON CONFLICT (downstream_id, upstream_id) DO UPDATE SET last_seen = excluded.last_seen";
  await insertRows(tx, { into: "asset_dependency", columns: dependencyColumns, rows, ending });
}

/** Gives whether it was there. */
export async function deleteAsset(tx: Writer, id: string): Promise<boolean> {
  return (await tx.deleteFrom("asset").where("id", "=", id).executeTakeFirst()).numDeletedRows > 0n;
}

export interface AssetQuery {
  readonly text: string | undefined;
  readonly states: readonly AssetState[];
  readonly sort: AssetSort;
  readonly limit: number;
  readonly offset: number;
}

const lastOfAsset = sql.ref("last.occurred");

const orders = {
  KEY_ASC: sql`asset.key`,
  LAST_SEEN_DESC: sql`asset.last_seen DESC, asset.id DESC`,
  MADE_DESC: sql`${lastOfAsset} IS NULL, ${lastOfAsset} DESC, asset.id DESC`,
} as const satisfies Readonly<Record<AssetSort, unknown>>;

/** The newest materialization of each asset, by the index of both. */
const lastMaterialization = sql`LEFT JOIN asset_materialization AS last ON last.event_id = (
  SELECT event_id FROM asset_materialization WHERE asset_id = asset.id ORDER BY occurred DESC, event_id DESC LIMIT 1)`;

export async function findAssets(reader: Reader, query: AssetQuery): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly id: string }>`
    SELECT asset.id FROM asset ${lastMaterialization} WHERE ${matching(query)}
    ORDER BY ${orders[query.sort]} LIMIT ${query.limit} OFFSET ${query.offset}`.execute(reader);
  return rows.map(({ id }) => id);
}

export async function countAssets(reader: Reader, query: AssetQuery): Promise<number> {
  const { rows } = await sql<{ readonly count: number }>`
    SELECT count(*) AS count FROM asset ${lastMaterialization} WHERE ${matching(query)}`.execute(reader);
  return Number(rows[0]?.count ?? 0);
}

const stateConditions = {
  succeeded: sql<SqlBool>`last.succeeded = 1`,
  failed: sql<SqlBool>`last.succeeded = 0`,
  never: sql<SqlBool>`last.event_id IS NULL`,
} as const satisfies Readonly<Record<AssetState, unknown>>;

function matching({ text, states }: AssetQuery): RawBuilder<SqlBool> {
  const named =
    text === undefined
      ? undefined
      : join([portable.contains("asset.key", text), portable.contains("asset.name", text)], "or_");
  const ended = join(
    states.map((state) => stateConditions[state]),
    "or_",
  );
  return join([named, ended], "and_") ?? everything;
}

/** The newest materialization of each of these assets. */
export async function lastMaterializations(reader: Reader, ids: readonly string[]): Promise<KeyedMaterialization[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<KeyedMaterialization>`
    SELECT last.*, asset.key AS asset_key FROM asset ${lastMaterialization}
    WHERE asset.id IN (${sql.join(ids)}) AND last.event_id IS NOT NULL`.execute(reader);
  return rows;
}

export interface MaterializationQuery {
  readonly assetKey: string | undefined;
  readonly flowRunId: string | undefined;
  readonly taskRunId: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export function findMaterializations(reader: Reader, query: MaterializationQuery): Promise<KeyedMaterialization[]> {
  return materializations(reader, query)
    .selectAll("asset_materialization")
    .select("asset.key as asset_key")
    .orderBy("occurred", "desc")
    .orderBy("event_id", "desc")
    .limit(query.limit)
    .offset(query.offset)
    .execute();
}

export async function countMaterializations(reader: Reader, query: MaterializationQuery): Promise<number> {
  const row = await materializations(reader, query)
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

function materializations(reader: Reader, { assetKey, flowRunId, taskRunId }: MaterializationQuery) {
  let query = reader.selectFrom("asset_materialization").innerJoin("asset", "asset.id", "asset_id");
  if (assetKey !== undefined) query = query.where("asset.key", "=", assetKey);
  if (flowRunId !== undefined) query = query.where("flow_run_id", "=", flowRunId);
  if (taskRunId !== undefined) query = query.where("task_run_id", "=", taskRunId);
  return query;
}

type Direction = "upstream_id" | "downstream_id";

/** The dependencies that have one of the assets at this end. */
export async function dependenciesAt(
  reader: Reader,
  end: Direction,
  { ids, limit }: { readonly ids: readonly string[]; readonly limit: number },
): Promise<DependencyRow[]> {
  if (ids.length === 0) return [];
  return reader
    .selectFrom("asset_dependency")
    .selectAll()
    .where(end, "in", ids)
    .orderBy("downstream_id")
    .orderBy("upstream_id")
    .limit(limit)
    .execute();
}
