import type {
  filterAssets,
  filterEvents,
  filterMaterializations,
  ReplyOf,
  readAsset,
  readAssetLineage,
} from "@ostinato/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { AssetsSearch } from "./assets-search.ts";

const pageSize = 100;

type AssetList = ReplyOf<typeof filterAssets>;
type History = ReplyOf<typeof filterMaterializations>;

interface Counted {
  readonly results: readonly unknown[];
  readonly count: number;
}

function nextOffset(last: Counted, pages: readonly Counted[]): number | null {
  const read = pages.reduce((sum, page) => sum + page.results.length, 0);
  return last.results.length === 0 || read >= last.count ? null : read;
}

export function assetListQuery({ q, state, sort }: AssetsSearch) {
  const filter = { text: q ?? null, states: state === undefined ? null : [state], sort: sort ?? null };
  return infiniteQueryOptions({
    queryKey: ["assets", "list", filter],
    queryFn: ({ pageParam: offset, signal }) =>
      call<typeof filterAssets>("POST /assets/filter", { body: { ...filter, limit: pageSize, offset }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last: AssetList, pages: readonly AssetList[]) => nextOffset(last, pages),
  });
}

export function assetQuery(key: string) {
  return queryOptions({
    queryKey: ["assets", "one", key],
    queryFn: ({ signal }) => call<typeof readAsset>("GET /assets/asset", { query: { key }, signal }),
  });
}

export function lineageQuery(key: string) {
  return queryOptions({
    queryKey: ["assets", "lineage", key],
    queryFn: ({ signal }) => call<typeof readAssetLineage>("GET /assets/lineage", { query: { key }, signal }),
  });
}

export type RunOfAssets = { readonly flow_run_id: string } | { readonly task_run_id: string };

/** The assets that a run read, each once, the last one first. */
export function assetsReadQuery(of: RunOfAssets) {
  const run = "flow_run_id" in of ? `prefect.flow-run.${of.flow_run_id}` : `prefect.task-run.${of.task_run_id}`;
  return queryOptions({
    queryKey: ["assets", "read", run],
    queryFn: async ({ signal }) => {
      const { events } = await call<typeof filterEvents>("POST /events/filter", {
        body: { filter: { event: { name: ["prefect.asset.referenced"] }, any_resource: { id: [run] } }, limit: 50 },
        signal,
      });
      const read = events.map(({ resource, occurred }) => [resource["prefect.resource.id"] ?? "", occurred] as const);
      return [...new Map(read.toReversed())].map(([key, occurred]) => ({ key, occurred })).toReversed();
    },
  });
}

/** The materializations of an asset, or those of a run. */
export function assetHistoryQuery(of: { readonly asset_key: string } | RunOfAssets) {
  return infiniteQueryOptions({
    queryKey: ["assets", "history", of],
    queryFn: ({ pageParam: offset, signal }) =>
      call<typeof filterMaterializations>("POST /assets/materializations/filter", {
        body: { ...of, limit: pageSize, offset },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last: History, pages: readonly History[]) => nextOffset(last, pages),
  });
}
