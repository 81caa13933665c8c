import { type Timestamp, timeOrderedId } from "@ostinato/core";
import { assetEvents } from "@ostinato/protocol";
import { storable, writeJson } from "../db/json-text.ts";
import { readManyBy } from "../events/event-pages.service.ts";
import { defineConsumer } from "../kernel/consumer.ts";
import type { Unit } from "../kernel/unit.ts";
import { type AssetNews, assetNewsOf, type Materialization } from "./asset-events.rules.ts";
import * as queries from "./assets.queries.ts";

/** Keeps what events tell of assets. One server does it at a time, so that two never add the same asset. */
export const assets = defineConsumer({
  name: "assets",
  wants: { events: Object.values(assetEvents) },
  async handle(unit, batch) {
    const ids = batch.map(({ ref }) => ref);
    const news = (await readManyBy(unit.tx, ids)).map(assetNewsOf).filter(({ key }) => key !== "");
    if (news.length === 0) return "done";
    const rows = await rowsAfter(unit, news);
    await queries.putAssets(unit.tx, [...rows.values()]);
    await keepMaterializations(unit, news, rows);
    unit.changed("asset", [...rows.values()], ({ id, key }) => ({ id, name: key }));
    return "done";
  },
});

type RowsByKey = ReadonlyMap<string, queries.AssetRow>;

/** The rows of all assets that the news name, as they are after it. */
async function rowsAfter({ tx, context }: Unit, news: readonly AssetNews[]): Promise<RowsByKey> {
  const keys = new Set(news.flatMap(({ key, materialization }) => [key, ...(materialization?.upstream ?? [])]));
  const stored = [...keys].map(storable);
  const rows = new Map((await queries.assetsByKeys(tx, stored)).map((row) => [row.key, row]));
  const see = (key: string, occurred: Timestamp) => {
    const known = rows.get(key);
    rows.set(
      key,
      known === undefined
        ? { id: timeOrderedId(context.clock.now()), key, ...undescribed, first_seen: occurred, last_seen: occurred }
        : { ...known, last_seen: later(known.last_seen, occurred) },
    );
  };
  for (const { key, occurred, properties, materialization } of news) {
    for (const each of [key, ...(materialization?.upstream ?? [])]) see(storable(each), occurred);
    const row = rows.get(storable(key));
    if (row === undefined || properties === undefined || occurred < row.described) continue;
    const { name, description, url, owners } = properties;
    const texts = { name: kept(name), description: kept(description), url: kept(url) };
    rows.set(row.key, { ...row, ...texts, owners: writeJson(owners), described: occurred });
  }
  return rows;
}

const undescribed = { name: null, description: null, url: null, owners: "[]", described: 0 as Timestamp };

function kept(text: string | null): string | null {
  return text === null ? null : storable(text);
}

function later(one: Timestamp, other: Timestamp): Timestamp {
  return one > other ? one : other;
}

async function keepMaterializations({ tx }: Unit, news: readonly AssetNews[], rows: RowsByKey): Promise<void> {
  const made = news.flatMap(({ key, occurred, materialization }) => {
    const asset = rows.get(storable(key));
    return asset === undefined || materialization === undefined ? [] : [{ asset, occurred, materialization }];
  });
  await queries.addMaterializations(
    tx,
    made.map(({ asset, occurred, materialization }) => rowOf(asset.id, occurred, materialization)),
  );
  const dependencies = new Map<string, queries.DependencyRow>();
  for (const { asset, occurred, materialization } of made) {
    for (const key of materialization.upstream) {
      const upstream = rows.get(storable(key));
      if (upstream === undefined) continue;
      const row = { downstream_id: asset.id, upstream_id: upstream.id, last_seen: occurred };
      dependencies.set(`${asset.id} ${upstream.id}`, row);
    }
  }
  await queries.putDependencies(tx, [...dependencies.values()]);
}

function rowOf(assetId: string, occurred: Timestamp, given: Materialization): queries.MaterializationRow {
  const { eventId, succeeded, flowRun, taskRun, flow, madeBy, metadata } = given;
  return {
    event_id: eventId,
    asset_id: assetId,
    occurred,
    succeeded: succeeded ? 1 : 0,
    flow_run_id: flowRun?.id ?? null,
    flow_run_name: kept(flowRun?.name ?? null),
    task_run_id: taskRun?.id ?? null,
    task_run_name: kept(taskRun?.name ?? null),
    flow_id: flow?.id ?? null,
    flow_name: kept(flow?.name ?? null),
    made_by: kept(madeBy),
    metadata: writeJson(metadata),
  };
}
