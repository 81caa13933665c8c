import type { listArtifacts, readArtifact, readArtifactKeyPage, readArtifactPage } from "@ostinato/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { ArtifactListSearch } from "./artifacts-search.ts";

const pageSize = 60;

export function artifactListQuery(search: ArtifactListSearch) {
  return infiniteQueryOptions({
    queryKey: ["artifacts", "list", search],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listArtifacts>("POST /ui/artifacts/list", {
        body: {
          limit: pageSize,
          offset: pageParam,
          ...(search.q === undefined ? {} : { name: search.q }),
          ...(search.type === undefined ? {} : { types: [...search.type] }),
        },
        signal,
      }),
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

export function artifactDataQuery(id: string) {
  return queryOptions({
    queryKey: ["artifacts", "data", id],
    queryFn: ({ signal }) => call<typeof readArtifact>("GET /artifacts/{id}", { params: { id }, signal }),
  });
}
