import type {
  createVariable,
  deleteVariable,
  listVariables,
  readVariablePage,
  updateVariable,
  VariableCreate,
  VariableUpdate,
} from "@ostinato/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { VariableList } from "../api/types.ts";
import type { VariablesSearch } from "./variables-search.ts";

const pageSize = 100;

export function variableListQuery(search: VariablesSearch) {
  return infiniteQueryOptions({
    queryKey: ["variables", "list", search],
    queryFn: ({ pageParam, signal }) => readPage(search, { offset: pageParam, signal }),
    initialPageParam: 0,
    getNextPageParam: (last: VariableList, pages: readonly VariableList[]) => {
      const read = pages.reduce((sum, page) => sum + page.results.length, 0);
      return last.results.length === 0 || read >= last.count ? null : read;
    },
  });
}

function readPage(
  { q, tag, sort }: VariablesSearch,
  { offset, signal }: { readonly offset: number; readonly signal: AbortSignal },
): Promise<VariableList> {
  const body = present({ text: q, tags: tag === undefined ? undefined : [...tag], sort });
  return call<typeof listVariables>("POST /ui/variables/list", { body: { ...body, limit: pageSize, offset }, signal });
}

/** All variables of a filter, page after page: at most `most`. */
export async function* variablePagesOf(
  search: VariablesSearch,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
): AsyncGenerator<VariableList["results"]> {
  for (let read = 0; read < most; ) {
    const { results, count } = await readPage(search, { offset: read, signal });
    yield results.slice(0, most - read);
    read += results.length;
    if (results.length === 0 || read >= count) return;
  }
}

export function variableQuery(name: string) {
  return queryOptions({
    queryKey: ["variables", "page", name],
    queryFn: ({ signal }) => call<typeof readVariablePage>("GET /ui/variables/{name}", { params: { name }, signal }),
  });
}

export function saveNewVariable(body: VariableCreate) {
  return call<typeof createVariable>("POST /variables/", { body });
}

export function changeVariable(id: string, body: VariableUpdate): Promise<unknown> {
  return call<typeof updateVariable>("PATCH /variables/{id}", { params: { id }, body });
}

export function removeVariable(id: string): Promise<unknown> {
  return call<typeof deleteVariable>("DELETE /variables/{id}", { params: { id } });
}
