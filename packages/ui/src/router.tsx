import type { FetchInfiniteQueryOptions, FetchQueryOptions } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { parseSearch, type RawSearch, stringifySearch } from "./address.ts";
import { basePath } from "./base-path.ts";
import { asked, type FirstQuery, type Page, type Params } from "./define-page.ts";
import { takeEarlyAnswer } from "./early.ts";
import type { Crumb } from "./frame/crumbs.ts";
import { ErrorPage } from "./frame/error-page.tsx";
import { Frame } from "./frame/frame.tsx";
import { NotFound } from "./frame/not-found.tsx";
import { navPages, type Pages, pages } from "./pages.ts";
import { queryClient } from "./query-client.ts";

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: ErrorPage });

/** The loader only starts the queries: the page shows its frame at once and fills in. Hovering over a link runs it too. */
function routeOf<Path extends string, Search extends object, Deps extends object>(page: Page<Path, Search, Deps>) {
  return createRoute({
    getParentRoute: () => rootRoute,
    path: page.path,
    validateSearch: (raw: RawSearch) => page.search?.(raw) ?? (raw as Search),
    beforeLoad: ({ search }) => {
      for (const load of page.beside?.(search as Search) ?? []) load();
    },
    loaderDeps: ({ search }) => page.searchDeps?.(search as Search) ?? (search as object as Deps),
    loader: ({ params, deps }) => begin(page.questions({ params: params as Params<Path>, search: deps as Deps })),
    staticData: { crumbsAbove: crumbsAbove(page), isAlone: page.isAlone === true },
    component: lazyRouteComponent(async () => ({ default: await page.load() })),
  });
}

function crumbsAbove({ within }: { readonly within?: string }): readonly Crumb[] {
  const above = navPages.find(({ path }) => path === within);
  return above === undefined ? [] : [{ label: above.nav.label, link: { to: above.path } }];
}

function begin(queries: readonly FirstQuery[]): void {
  for (const query of queries) void prefetch(withEarlyAnswer(query));
}

/** A failed early request is repeated, so that the page shows the reason. */
function withEarlyAnswer(query: FirstQuery): FirstQuery {
  const early = takeEarlyAnswer(query.queryKey);
  if (early === undefined) return query;
  return { ...query, queryFn: (context: object) => early.catch(() => asked(query, context)) };
}

function prefetch(query: FirstQuery): Promise<void> {
  if (!("initialPageParam" in query)) return queryClient.prefetchQuery(query as FetchQueryOptions);
  return queryClient.prefetchInfiniteQuery(query as FetchInfiniteQueryOptions);
}

const redirects = pages.flatMap(({ path, formerPaths = [] }) =>
  formerPaths.map((formerPath) =>
    createRoute({
      getParentRoute: () => rootRoute,
      path: formerPath,
      beforeLoad: ({ params }) => {
        throw redirect({ to: path, params, search: (given: object) => given, replace: true });
      },
    }),
  ),
);

type RouteOf<P> =
  P extends Page<infer Path, infer Search, infer Deps> ? ReturnType<typeof routeOf<Path, Search, Deps>> : never;
/** Typed by the list, so that links and pages know each path with its parameters and its search. */
type Routes = { readonly [Index in keyof Pages]: RouteOf<Pages[Index]> };

const routeTree = rootRoute.addChildren([...pages.map((page) => routeOf(page)), ...redirects] as unknown as Routes);

export const router = createRouter({
  routeTree,
  basepath: basePath,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPreloadDelay: 60,
  // The query client decides about freshness.
  defaultPreloadStaleTime: 0,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: ErrorPage,
  scrollRestoration: true,
  scrollToTopSelectors: ["#main"],
  trailingSlash: "never",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
