import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from "playwright-core";
import { findChromium } from "./chromium.ts";

export type { Browser, Page, Route } from "playwright-core";

/** A real, headless browser. One per test file is enough: `openPage` gives each test a context of its own. */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findChromium();
  return await chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    // The browser's sandbox needs rights that neither root nor a container has; only Ostinato's own pages are opened.
    chromiumSandbox: false,
    args: ["--disable-dev-shm-usage", "--font-render-hinting=none", `--host-resolver-rules=${hosts.join(", ")}`],
  });
}

/**
 * Names below `.test`, which nobody has, are this machine's, and no other machine is found. (To intercept each request instead takes a
 * fifth more of the processor's time for a page.)
 */
const hosts = ["MAP *.test 127.0.0.1", "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost", "EXCLUDE [::1]"];

export interface OpenedPage {
  readonly page: Page;
  /** Problems so far: exceptions, console errors, failed requests, requests to other machines. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** A page with its own cookies and storage, which can reach this machine only. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console error: ${message.text()} (${message.location().url})`);
  });
  const elsewhere = (request: Request) => problems.push(`request to another machine: ${request.url()}`);
  page.on("requestfinished", (request) => {
    if (isElsewhere(new URL(request.url()))) elsewhere(request);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "unknown reason";
    // What the page's own policy forbids is not asked for.
    if (isElsewhere(new URL(request.url())) && reason !== "csp") elsewhere(request);
    // Leaving a page aborts its pending loads.
    else if (reason !== "net::ERR_ABORTED") problems.push(`request failed: ${request.url()}: ${reason}`);
  });
  return { page, problems, close: () => context.close() };
}

/** The violations of WCAG 2.2 A and AA that axe finds, one per line: the rule, its requirement, and the place. */
export async function accessibilityProblems(page: Page, within?: string): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page })
    // The details of what passes, and a second page in which results of frames of other origins are put together, take most of the time.
    .options({ resultTypes: ["violations"] })
    .setLegacyMode(true)
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
  const { violations } = await (within === undefined ? axe : axe.include(within)).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`.replaceAll("\n", " ")),
  );
}

function isElsewhere(url: URL): boolean {
  const isNetwork = ["http:", "https:", "ws:", "wss:"].includes(url.protocol);
  return isNetwork && !["127.0.0.1", "localhost", "[::1]"].includes(url.hostname) && !url.hostname.endsWith(".test");
}
