import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";

/** The orders of the list of blocks: by their types, where none is asked for. */
export const blockSorts = [
  { value: "TYPE", label: "By type" },
  { value: "NAME_ASC", label: "By name" },
  { value: "UPDATED_DESC", label: "Last changed first" },
] as const;
export type BlockSort = (typeof blockSorts)[number]["value"];

/** The filter and the order of the list of blocks, which are part of the address. */
export interface BlocksSearch {
  /** A part of the name of the block or of its type. */
  readonly q?: string;
  /** Slugs of types. */
  readonly type?: readonly string[];
  readonly sort?: BlockSort;
}

export type BlocksSearchChange = { readonly [K in keyof BlocksSearch]?: BlocksSearch[K] | undefined };

export function readBlocksSearch(search: RawSearch): BlocksSearch {
  const sort = choiceIn(
    search,
    "sort",
    blockSorts.map(({ value }) => value),
  );
  return present({
    q: textIn(search, "q"),
    type: listIn(search, "type"),
    sort: sort === "TYPE" ? undefined : sort,
  });
}

export function isNarrowed({ q, type }: BlocksSearch): boolean {
  return q !== undefined || type !== undefined;
}

/** The search of the catalogue of types. */
export interface CatalogSearch {
  readonly q?: string;
}

export function readCatalogSearch(search: RawSearch): CatalogSearch {
  return present({ q: textIn(search, "q") });
}
