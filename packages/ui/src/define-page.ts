import type { RawSearch } from "./address.ts";
import type { LiveTopic, SearchHit } from "./api/types.ts";
import type { IconName } from "./components/icon.tsx";

/**
 * A page as a module. The router, the questions that are asked before the program has come, the sidebar, the search, the
 * keys and the path above a page are all made of this; `pages.ts` lists the pages.
 */
export interface Page<
  Path extends string = string,
  Search extends object = object,
  Deps extends object = object,
  Nav extends NavItem | undefined = NavItem | undefined,
  Kind extends HitKind | undefined = HitKind | undefined,
> {
  /** Below the base of the pages; `$name` stands for a parameter. */
  readonly path: Path;
  /** Older addresses, and Prefect's, with the same parameters: they lead to `path`. */
  readonly formerPaths?: readonly string[];
  /** Narrows the search parameters; without it the page has none. */
  search?(raw: RawSearch): Search;
  /** The part of the search that the questions depend on; all of it unless given. */
  searchDeps?(search: Search): Deps;
  /** The queries that the page makes as soon as its address is known. */
  questions(asked: Asked<Path, Deps>): readonly FirstQuery[];
  /** The changes that the page listens to from the beginning. */
  topic?(params: Params<Path>): LiveTopic;
  /** The path of the page above, which has no parameters: the way back in the path above the page. */
  readonly within?: string;
  /** Pages with an entry in the sidebar. */
  readonly nav?: Nav;
  /** Pages that show what the search finds; the parameter of their path is `id`. */
  readonly hits?: Hits<Kind>;
  load(): Promise<PageComponent>;
  /** Parts that the page shows at once, loaded beside its data. */
  beside?(search: Search): readonly LoadPart[];
  /** Parts that somebody may ask for, loaded when nothing else is to do. */
  readonly later?: readonly LoadPart[];
}

export function definePage<
  const Path extends string,
  Search extends object = object,
  Deps extends object = Search,
  Nav extends NavItem<Search> | undefined = undefined,
  Kind extends HitKind | undefined = undefined,
>(page: Page<Path, Search, Deps, Nav, Kind>): Page<Path, Search, Deps, Nav, Kind> {
  return page;
}

export interface NavItem<Search extends object = object> {
  readonly label: string;
  readonly icon: IconName;
  /** The key that opens the page after `g`. */
  readonly shortcut: string;
  /** The search with which this person opens the page. */
  readonly usualSearch?: Store<Search | undefined>;
  /** Views of the page that the search offers beside the page itself. */
  readonly views?: readonly { readonly label: string; readonly search: Search }[];
}

/** A value that changes, for `useSyncExternalStore`. */
export interface Store<Value> {
  readonly get: () => Value;
  readonly subscribe: (listener: () => void) => () => void;
}

type HitKind = SearchHit["kind"];

export interface Hits<Kind = HitKind> {
  readonly kind: Kind;
  /** The heading over all hits of this kind. */
  readonly label: string;
  readonly icon: IconName;
}

/** Returns `void` for the compiler only, which else would look into the pages to know the types of their addresses. */
export type PageComponent = () => void;
/** Fetches a part of the program and, where that takes time too, starts it. */
type LoadPart = () => unknown;

interface Asked<Path extends string, Deps> {
  readonly params: Params<Path>;
  readonly search: Deps;
}

export type Params<Path extends string> = { readonly [Name in ParamNames<Path>]: string };

type ParamNames<Path extends string> = Path extends `${string}$${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}$${infer Name}`
    ? Name
    : never;

/** Any query, also one of a list that grows page by page. */
export interface FirstQuery {
  readonly queryKey: readonly unknown[];
  readonly queryFn?: unknown;
  readonly initialPageParam?: unknown;
}

/** Asks a query; all that its function needs to know of its context is which page of a list is meant. */
export function asked(query: FirstQuery, context: object): Promise<unknown> {
  return (query.queryFn as (context: object) => Promise<unknown>)(context);
}
