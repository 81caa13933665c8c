import { definePage } from "../define-page.ts";
import { blockListQuery, blockQuery, blockTypeQuery, blockTypesQuery } from "./blocks.queries.ts";
import { readBlocksSearch, readCatalogSearch } from "./blocks-search.ts";

export const blocksPage = definePage({
  path: "/blocks",
  search: readBlocksSearch,
  questions: ({ search }) => [blockListQuery(search)],
  topic: () => ({ kind: "block-documents" }),
  nav: { label: "Blocks", icon: "blocks", shortcut: "b" },
  load: () => import("./blocks-page.tsx").then((module) => module.BlocksPage),
});

export const blockCatalogPage = definePage({
  path: "/blocks/catalog",
  within: "/blocks",
  search: readCatalogSearch,
  searchDeps: () => ({}),
  questions: () => [blockTypesQuery()],
  topic: () => ({ kind: "block-documents" }),
  load: () => import("./catalog-page.tsx").then((module) => module.BlockCatalogPage),
});

export const newBlockPage = definePage({
  path: "/blocks/catalog/$slug",
  formerPaths: ["/blocks/catalog/$slug/create"],
  within: "/blocks",
  questions: ({ params }) => [blockTypeQuery(params.slug)],
  load: () => import("./new-block-page.tsx").then((module) => module.NewBlockPage),
});

export const blockPage = definePage({
  path: "/blocks/block/$id",
  within: "/blocks",
  questions: ({ params }) => [blockQuery(params.id)],
  topic: () => ({ kind: "block-documents" }),
  hits: { kind: "block-document", label: "Blocks", icon: "blocks" },
  load: () => import("./block-page.tsx").then((module) => module.BlockPage),
});

export const editBlockPage = definePage({
  path: "/blocks/block/$id/edit",
  within: "/blocks",
  questions: ({ params }) => [blockQuery(params.id)],
  load: () => import("./edit-block-page.tsx").then((module) => module.EditBlockPage),
});
