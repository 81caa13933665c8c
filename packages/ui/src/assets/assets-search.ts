import type { AssetSort, AssetState } from "@ostinato/protocol";
import { choiceIn, present, type RawSearch, textIn } from "../address.ts";

const sorts = ["KEY_ASC", "LAST_SEEN_DESC", "MADE_DESC"] as const satisfies readonly AssetSort[];
const states = ["succeeded", "failed", "never"] as const satisfies readonly AssetState[];

/** The filter and the order of the list of assets, which are part of the address. */
export interface AssetsSearch {
  /** A part of the key or of the name. */
  readonly q?: string;
  /** How the last materialization ended. */
  readonly state?: AssetState;
  readonly sort?: AssetSort;
}

export type AssetsSearchChange = { readonly [K in keyof AssetsSearch]?: AssetsSearch[K] | undefined };

export function readAssetsSearch(search: RawSearch): AssetsSearch {
  const sort = choiceIn(search, "sort", sorts);
  return present({
    q: textIn(search, "q"),
    state: choiceIn(search, "state", states),
    sort: sort === "KEY_ASC" ? undefined : sort,
  });
}

export function isNarrowed({ q, state }: AssetsSearch): boolean {
  return q !== undefined || state !== undefined;
}

export interface AssetSearch {
  readonly key?: string;
}

export function readAssetSearch(search: RawSearch): AssetSearch {
  return present({ key: textIn(search, "key") });
}
