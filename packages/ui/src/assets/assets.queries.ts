import type {
  filterAssets,
  filterMaterializations,
  ReplyOf,
  readAsset,
  readAssetLineage,
  readRunAssets,
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

export function runAssetsQuery(id: string) {
  return queryOptions({
    queryKey: ["assets", "run", id],
    queryFn: ({ signal }) => call<typeof readRunAssets>("GET /ui/flow_runs/{id}/assets", { params: { id }, signal }),
  });
}

/** The materializations of an asset. */
export function assetHistoryQuery(of: { readonly asset_key: string }) {
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
