import type {
  BlockDocumentCreate,
  BlockDocumentUpdate,
  createBlockDocument,
  deleteBlockDocument,
  deleteBlockType,
  listBlocks,
  listBlockTypes,
  readBlockPage,
  readBlockTypePage,
  updateBlockDocument,
} from "@ostinato/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { BlockList } from "../api/types.ts";
import type { BlocksSearch } from "./blocks-search.ts";

const pageSize = 100;

export function blockListQuery(search: BlocksSearch) {
  const { q, type, sort } = search;
  return infiniteQueryOptions({
    queryKey: ["blocks", "list", search],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listBlocks>("POST /ui/block_documents/list", {
        body: {
          ...present({ text: q, types: type === undefined ? undefined : [...type], sort }),
          limit: pageSize,
          offset: pageParam,
        },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last: BlockList, pages: readonly BlockList[]) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

const maxChoices = 200;

/** The blocks of these types, to choose one from: the first by name, of those whose names have the text. */
export function blockChoicesQuery(slugs: readonly string[], text = "") {
  return queryOptions({
    queryKey: ["blocks", "choices", slugs, text],
    queryFn: ({ signal }) =>
      call<typeof listBlocks>("POST /ui/block_documents/list", {
        body: { types: [...slugs], sort: "TYPE", limit: maxChoices, ...(text === "" ? {} : { text }) },
        signal,
      }),
  });
}

export function blockTypesQuery() {
  return queryOptions({
    queryKey: ["blocks", "types"],
    queryFn: ({ signal }) => call<typeof listBlockTypes>("GET /ui/block_types", { signal }),
  });
}

export function blockTypeQuery(slug: string) {
  return queryOptions({
    queryKey: ["blocks", "type", slug],
    queryFn: ({ signal }) => call<typeof readBlockTypePage>("GET /ui/block_types/{slug}", { params: { slug }, signal }),
  });
}

export function blockQuery(id: string) {
  return queryOptions({
    queryKey: ["blocks", "block", id],
    queryFn: ({ signal }) => call<typeof readBlockPage>("GET /ui/block_documents/{id}", { params: { id }, signal }),
  });
}

export function saveNewBlock(body: BlockDocumentCreate) {
  return call<typeof createBlockDocument>("POST /block_documents/", { body });
}

export function changeBlock(id: string, body: BlockDocumentUpdate): Promise<unknown> {
  return call<typeof updateBlockDocument>("PATCH /block_documents/{id}", { params: { id }, body });
}

export function removeBlock(id: string): Promise<unknown> {
  return call<typeof deleteBlockDocument>("DELETE /block_documents/{id}", { params: { id } });
}

export function removeBlockType(id: string): Promise<unknown> {
  return call<typeof deleteBlockType>("DELETE /block_types/{id}", { params: { id } });
}
