import { definePage } from "../define-page.ts";
import { assetHistoryQuery, assetListQuery, assetQuery, lineageQuery } from "./assets.queries.ts";
import { readAssetSearch, readAssetsSearch } from "./assets-search.ts";

export const assetsPage = definePage({
  path: "/assets",
  search: readAssetsSearch,
  questions: ({ search }) => [assetListQuery(search)],
  topic: () => ({ kind: "assets" }),
  nav: { label: "Assets", icon: "table", shortcut: "m" },
  load: () => import("./assets-page.tsx").then((module) => module.AssetsPage),
});

/** The key is in the search, because it holds slashes. Below `/assets/` are the files of the pages. */
export const assetPage = definePage({
  path: "/asset",
  within: "/assets",
  search: readAssetSearch,
  questions: ({ search: { key = "" } }) => [assetQuery(key), lineageQuery(key), assetHistoryQuery({ asset_key: key })],
  topic: () => ({ kind: "assets" }),
  hits: { kind: "asset", label: "Assets", icon: "table", params: () => ({}), search: ({ name }) => ({ key: name }) },
  load: () => import("./asset-page.tsx").then((module) => module.AssetPage),
});
