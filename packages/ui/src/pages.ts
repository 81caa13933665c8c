import { artifactKeyPage, artifactPage, artifactsPage } from "./artifacts/page.ts";
import { dashboardPage } from "./dashboard/page.ts";
import type { Hits, NavItem, Page } from "./define-page.ts";
import { flowRunPage } from "./flow-run/page.ts";
import { flowPage, flowsPage } from "./flows/page.ts";
import { runsPage } from "./runs/page.ts";
import { settingsPage } from "./settings/page.ts";
import { taskRunPage } from "./task-run/page.ts";
import { taskRunsPage } from "./task-runs/page.ts";

/** The only list of the pages, in the order of the sidebar and of what the search finds. */
const listed = [
  dashboardPage,
  runsPage,
  taskRunsPage,
  flowsPage,
  flowPage,
  flowRunPage,
  taskRunPage,
  artifactsPage,
  artifactKeyPage,
  artifactPage,
  settingsPage,
] as const;

/** For code that treats all pages alike. */
export const pages: readonly Page[] = listed;
/** For types: each page with its own path, parameters and search. */
export type Pages = typeof listed;

type Listed = Pages[number];
type NavPage<P = Listed> = P extends { readonly nav?: infer Nav extends NavItem }
  ? P & { readonly nav: Nav & NavItem }
  : never;
type HitPage<P = Listed> = P extends { readonly hits?: infer Found extends Hits }
  ? P & { readonly hits: Found }
  : never;

/** The pages of the sidebar. */
export const navPages = /* @__PURE__ */ listed.filter((page): page is NavPage => page.nav !== undefined);
/** The pages that show what the search finds. */
export const hitPages = /* @__PURE__ */ listed.filter((page): page is HitPage => page.hits !== undefined);
