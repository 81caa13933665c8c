import { choiceIn, listIn, present, type RawSearch, textIn } from "../address.ts";
import type { VariableSort } from "../api/types.ts";

const sorts = ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC"] as const satisfies readonly VariableSort[];

/** The filter and the order of the list of variables, which are part of the address. */
export interface VariablesSearch {
  /** A part of the name. */
  readonly q?: string;
  /** Tags that a variable has all of. */
  readonly tag?: readonly string[];
  readonly sort?: VariableSort;
}

export type VariablesSearchChange = { readonly [K in keyof VariablesSearch]?: VariablesSearch[K] | undefined };

export function readVariablesSearch(search: RawSearch): VariablesSearch {
  const sort = choiceIn(search, "sort", sorts);
  return present({
    q: textIn(search, "q"),
    tag: listIn(search, "tag"),
    sort: sort === "NAME_ASC" ? undefined : sort,
  });
}

export function isNarrowed({ q, tag }: VariablesSearch): boolean {
  return q !== undefined || tag !== undefined;
}
