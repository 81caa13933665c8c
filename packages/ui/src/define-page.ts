import type { RawSearch } from "./address.ts";
import type { LiveTopic, SearchHit } from "./api/types.ts";
import type { IconName } from "./components/icon.tsx";

/**
 * A page as a module. The router, the queries that start before the program has loaded, the sidebar, the search, the shortcuts and the
 * crumbs are all derived from it; `pages.ts` lists the pages.
 */
export interface Page<
  Path extends string = string,
  Search extends object = object,
  Deps extends object = object,
  Nav extends NavItem | undefined = NavItem | undefined,
  Kind extends HitKind | undefined = HitKind | undefined,
> {
  /** The path below the base; `$name` stands for a parameter. */
  readonly path: Path;
  /** Older addresses, and Prefect's, with the same parameters: they redirect to `path`. */
  readonly formerPaths?: readonly string[];
  /** Parses the search parameters; without it the page has none. */
  search?(raw: RawSearch): Search;
  /** The part of the search on which the queries depend; by default all of it. */
  searchDeps?(search: Search): Deps;
  /** The queries that start as soon as the address is known. */
  questions(asked: Asked<Path, Deps>): readonly FirstQuery[];
  /** The changes that the page listens to from the beginning. */
  topic?(params: Params<Path>): LiveTopic;
  /** The path of the parent page, which has no parameters, for the crumbs. */
  readonly within?: string;
  /** Set for pages that are shown without the sidebar and the search, to people who come by a link for this page alone. */
  readonly isAlone?: boolean;
  /** Set for pages with an entry in the sidebar. */
  readonly nav?: Nav;
  /** Set for pages that search results open. */
  readonly hits?: Hits<Kind>;
  load(): Promise<PageComponent>;
  /** Parts that the page shows at once, loaded in parallel with its data. */
  beside?(search: Search): readonly LoadPart[];
  /** Parts that are shown on demand, loaded when the browser is idle. */
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
  /** The search that this user has chosen as the page's default. */
  readonly usualSearch?: Store<Search | undefined>;
  /** Views of the page that the search offers as well. */
  readonly views?: readonly { readonly label: string; readonly search: Search }[];
}

/** A changing value, for `useSyncExternalStore`. */
export interface Store<Value> {
  readonly get: () => Value;
  readonly subscribe: (listener: () => void) => () => void;
}

type HitKind = SearchHit["kind"];

export interface Hits<Kind = HitKind> {
  readonly kind: Kind;
  /** The heading above search results of this kind. */
  readonly label: string;
  readonly icon: IconName;
  /** The parameters of the page's path; by default the one is `id`, the id of the hit. */
  params?(hit: Pick<SearchHit, "name" | "detail">): Readonly<Record<string, string>>;
  /** The search of the page's address, for pages that are chosen by it. */
  search?(hit: Pick<SearchHit, "name">): object;
}

/** Returns `void` for the compiler only, which would otherwise need the pages' types to infer those of their addresses. */
export type PageComponent = () => void;
/** Loads a part of the program and, where that takes time too, starts it. */
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

/** Any query, including lists that grow page by page. */
export interface FirstQuery {
  readonly queryKey: readonly unknown[];
  readonly queryFn?: unknown;
  readonly initialPageParam?: unknown;
}

/** Runs a query; the context tells its function only the page of a list. */
export function asked(query: FirstQuery, context: object): Promise<unknown> {
  return (query.queryFn as (context: object) => Promise<unknown>)(context);
}
