import type {
  BodyOf,
  listArtifacts,
  listArtifactTableRows,
  readArtifact,
  readArtifactKeyPage,
  readArtifactPage,
} from "@ostinato/protocol";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { ArtifactContent } from "../api/types.ts";
import { apiAddress } from "../base-path.ts";
import type { ArtifactListSearch } from "./artifacts-search.ts";

const listPageSize = 60;
const runPageSize = 20;

export function artifactListQuery(search: ArtifactListSearch) {
  const { q, type } = search;
  return pagesOfArtifacts(["artifacts", "list", search], {
    limit: listPageSize,
    ...(q === undefined ? {} : { name: q }),
    ...(type === undefined ? {} : { types: [...type] }),
  });
}

/** The artifacts of a run, newest first, with longer previews. */
export function runArtifactsQuery(flowRunId: string) {
  return pagesOfArtifacts(["flow-run", flowRunId, "artifacts"], { limit: runPageSize, flow_run_id: flowRunId });
}

function pagesOfArtifacts(queryKey: readonly unknown[], body: BodyOf<typeof listArtifacts>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      call<typeof listArtifacts>("POST /ui/artifacts/list", { body: { ...body, offset: pageParam }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

export function artifactQuery(id: string) {
  return queryOptions({
    queryKey: ["artifacts", "page", id],
    queryFn: ({ signal }) => call<typeof readArtifactPage>("GET /ui/artifacts/{id}", { params: { id }, signal }),
  });
}

/** The newest version of a key, with a list of all versions. */
export function artifactVersionsQuery(key: string) {
  return queryOptions({
    queryKey: ["artifacts", "key", key],
    queryFn: ({ signal }) =>
      call<typeof readArtifactKeyPage>("GET /ui/artifacts/key/{key}", { params: { key }, signal }),
  });
}

export interface TableSearch {
  readonly text: string;
  readonly sort: { readonly column: number; readonly descending: boolean } | undefined;
}

const tablePageSize = 200;

/** Rows of a table artifact. The first ones have come with the page, unless they are filtered or sorted. */
export function tableRowsQuery(
  { id, updated }: { readonly id: string; readonly updated: string },
  { text, sort }: TableSearch,
  content: Extract<ArtifactContent, { readonly kind: "table" }>,
) {
  const { columns, rows, row_count } = content;
  const first =
    text === "" && sort === undefined && row_count !== null
      ? { columns, rows, row_count, match_count: row_count }
      : undefined;
  return infiniteQueryOptions({
    queryKey: ["artifacts", "rows", id, updated, text, sort],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listArtifactTableRows>("POST /ui/artifacts/{id}/rows", {
        params: { id },
        body: { text, limit: tablePageSize, offset: pageParam, ...(sort === undefined ? {} : { sort }) },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, page) => sum + page.rows.length, 0);
      return last.rows.length === 0 || read >= last.match_count ? null : read;
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    ...(first === undefined ? {} : { initialData: { pages: [first], pageParams: [0] } }),
  });
}

/** The picture of an image artifact that is kept with its data. The address changes with the picture, so that browsers may keep it. */
export function imageAddress({ id, updated }: { readonly id: string; readonly updated: string }): string {
  return apiAddress(`ui/artifacts/${id}/image?updated=${encodeURIComponent(updated)}`);
}

/** The whole data, which may be large: for comparing, copying and downloading. */
export function artifactDataQuery(id: string) {
  return queryOptions({
    queryKey: ["artifacts", "data", id],
    queryFn: ({ signal }) => call<typeof readArtifact>("GET /artifacts/{id}", { params: { id }, signal }),
  });
}
