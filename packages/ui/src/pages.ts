import { artifactKeyPage, artifactPage, artifactsPage } from "./artifacts/page.ts";
import { assetPage, assetsPage } from "./assets/page.ts";
import { automationPage, automationsPage, editAutomationPage, newAutomationPage } from "./automations/page.ts";
import { backgroundTasksPage } from "./background-tasks/page.ts";
import { blockCatalogPage, blockPage, blocksPage, editBlockPage, newBlockPage } from "./blocks/page.ts";
import { concurrencyLimitPage, concurrencyLimitsPage } from "./concurrency-limits/page.ts";
import { dashboardPage } from "./dashboard/page.ts";
import type { Hits, NavItem, Page } from "./define-page.ts";
import { deploymentPage, deploymentsPage } from "./deployments/page.ts";
import { eventPage, eventsPage } from "./events/page.ts";
import { flowRunPage } from "./flow-run/page.ts";
import { flowPage, flowsPage } from "./flows/page.ts";
import { answerPage } from "./questions/page.ts";
import { runComparisonPage } from "./run-comparison/page.ts";
import { runFormPage } from "./run-form/page.ts";
import { runsPage } from "./runs/page.ts";
import { settingsPage } from "./settings/page.ts";
import { taskRunPage } from "./task-run/page.ts";
import { taskRunsPage } from "./task-runs/page.ts";
import { variablePage, variablesPage } from "./variables/page.ts";
import { editWebhookPage, newWebhookPage, webhookPage, webhooksPage } from "./webhooks/page.ts";
import { newWorkPoolPage, workerPage, workPoolPage, workPoolsPage, workQueuePage } from "./work-pools/page.ts";

/** The only list of pages, in the order of the sidebar and of search results. */
const listed = [
  dashboardPage,
  answerPage,
  runsPage,
  runComparisonPage,
  taskRunsPage,
  flowsPage,
  flowPage,
  deploymentsPage,
  deploymentPage,
  workPoolsPage,
  workPoolPage,
  workQueuePage,
  workerPage,
  newWorkPoolPage,
  backgroundTasksPage,
  flowRunPage,
  taskRunPage,
  runFormPage,
  automationsPage,
  newAutomationPage,
  automationPage,
  editAutomationPage,
  eventsPage,
  eventPage,
  webhooksPage,
  newWebhookPage,
  webhookPage,
  editWebhookPage,
  artifactsPage,
  artifactKeyPage,
  artifactPage,
  assetsPage,
  assetPage,
  blocksPage,
  blockCatalogPage,
  newBlockPage,
  blockPage,
  editBlockPage,
  variablesPage,
  variablePage,
  concurrencyLimitsPage,
  concurrencyLimitPage,
  settingsPage,
] as const;

/** The pages with a common type. */
export const pages: readonly Page[] = listed;
/** The pages with their own paths, parameters and searches as types. */
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
/** The pages that search results open. */
export const hitPages = /* @__PURE__ */ listed.filter((page): page is HitPage => page.hits !== undefined);
