import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, leaveArtifact, recordLogs, recordPastRuns, recordTasks, startRun } from "./fixtures.ts";
import { isEarlyGuess, startPrefixProxy } from "./prefix-proxy.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let paths: readonly string[];
const strangeName = `${"very-long-name-".repeat(30)}مرحبا-שלום-数据-данные`;
/** The row of a run, which its bar above the list is not. */
const inList = (page: Page, name: string) =>
  page.getByRole("table", { name: "Runs" }).getByRole("link", { name, exact: true });

beforeAll(async () => {
  site = await startSite();
  const { client } = site;
  const flow = await createFlowNamed(client, "train");
  const strange = await createFlowNamed(client, strangeName);
  await recordPastRuns(client, [
    { flowId: flow, name: "good-run", ago: 600, took: 20 },
    { flowId: flow, name: "bad-run", ago: 500, took: 10, state: "FAILED", message: "There is no such file" },
    { flowId: strange, name: strangeName, ago: 400, took: 10, tags: ["a".repeat(200), "β"] },
  ]);
  const run = await startRun(client, { flowId: strange, name: strangeName });
  const [task] = await recordTasks(client, run.id, [{ name: strangeName, start: 0, took: 1 }]);
  await recordLogs(client, run.id, [{ message: "x".repeat(3000) }, { message: `${strangeName} <b>&`, level: 40 }]);
  const artifact = await leaveArtifact(client, {
    key: "report",
    type: "markdown",
    data: "# Report",
    flowRunId: run.id,
  });
  paths = [
    "/dashboard",
    "/runs",
    "/runs/task-runs",
    `/runs/flow-run/${run.id}`,
    `/runs/flow-run/${run.id}?task=${task}`,
    `/runs/task-run/${task}`,
    "/flows",
    `/flows/flow/${strange}`,
    "/artifacts",
    "/artifacts/key/report",
    `/artifacts/artifact/${artifact}`,
    "/settings",
    "/no/such/page",
    "/runs/flow-run/00000000-0000-4000-8000-000000000000",
  ];
});

afterAll(() => site.close());

/** Console errors of the browser about an answer that the page itself speaks of. */
const unexpected = (problems: readonly string[]) => problems.filter((problem) => !problem.includes("status of 404"));

describe("every page", () => {
  // axe looks at all of a page; at 900 pixels only the room is another.
  test.each([
    { width: 1400, colorScheme: "light" as const, axe: true },
    { width: 900, colorScheme: "light" as const, axe: false },
    { width: 390, colorScheme: "dark" as const, axe: true },
  ])(
    "has nothing that axe finds and does not scroll sideways at $width in $colorScheme",
    async (look) => {
      const { width, colorScheme, axe } = look;
      const { page, problems, close } = await site.open("/settings", { viewport: { width, height: 844 }, colorScheme });
      for (const path of paths) {
        await page.goto(site.origin + path, { waitUntil: "networkidle" });
        if (axe) expect.soft(await accessibilityProblems(page), path).toEqual([]);
        const sideways = await page.evaluate(() => {
          const main = document.getElementById("main");
          return Math.max(
            document.documentElement.scrollWidth - innerWidth,
            (main?.scrollWidth ?? 0) - (main?.clientWidth ?? 0),
          );
        });
        expect.soft(sideways, path).toBeLessThanOrEqual(0);
        // A run that exists has its state, its name and what it belongs to instead of the product's name.
        const title = /\/runs\/(?:flow|task)-run\/(?!0{8}-)/.test(path) ? /^[▶✓✗] \S+.* · \S/ : / · Ostinato$/;
        expect.soft(await page.title(), path).toMatch(title);
        expect.soft(await page.getByRole("heading", { level: 1 }).count(), path).toBe(1);
      }
      expect(unexpected(problems)).toEqual([]);
      await close();
    },
    120_000,
  );

  test("is shown with at most four requests, and asks for nothing while nothing happens", async () => {
    const { page, close } = await site.open("/no/page");
    let asked: string[] = [];
    page.on("request", (request) => request.url().includes("/api/") && asked.push(request.url()));
    page.on("websocket", (socket) => asked.push(socket.url()));
    await page.mouse.move(700, 600);
    // With a panel opened by the address the page has one more, for the panel.
    for (const path of paths.slice(0, 11).filter((one) => !one.includes("?task="))) {
      asked = [];
      await page.goto(site.origin + path, { waitUntil: "networkidle" });
      expect.soft(asked.length, `${path}: ${asked.join(", ")}`).toBeLessThanOrEqual(4);
      expect.soft(asked, path).not.toEqual([]);
    }
    await close();
  }, 120_000);

  test("says that something does not exist, and what to do", async () => {
    const missing = await site.open("/no/such/page");
    await missing.page.getByText("This page does not exist.").waitFor();
    await missing.page.getByRole("link", { name: "All runs" }).click();
    await missing.page.getByRole("link", { name: "good-run", exact: true }).waitFor();
    await missing.close();
    const gone = await site.open("/runs/flow-run/00000000-0000-4000-8000-000000000000");
    await gone.page.getByRole("alert").getByText("The flow run does not exist.").waitFor();
    await gone.page.getByText("its program has not told the server about it yet").waitFor();
    expect(await gone.page.getByRole("button", { name: "Try again" }).isVisible()).toBe(true);
    await gone.close();
  });
});

describe("the frame", () => {
  test("is a drawer on a narrow screen", async () => {
    const { page, close } = await site.open("/dashboard", { viewport: { width: 390, height: 844 } });
    expect(await page.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(false);
    await page.getByRole("button", { name: "Open the menu" }).click();
    await page.getByRole("link", { name: "Artifacts" }).click();
    await page.getByRole("heading", { name: "Artifacts" }).waitFor();
    await page.getByRole("navigation", { name: "Pages" }).waitFor({ state: "hidden" });
    await close();
  });

  test("has menus that keyboard and pointer open and close, and that give the focus back", async () => {
    const { page, problems, close } = await site.open("/artifacts");
    const button = page.getByRole("button", { name: "Type" });
    const menu = page.getByRole("menu", { name: "Type" });
    await button.focus();
    await page.keyboard.press("Enter");
    await menu.getByRole("menuitemcheckbox").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("menuitemcheckbox");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "hidden" });
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    await button.click();
    await menu.waitFor();
    await button.click();
    await menu.waitFor({ state: "hidden" });
    expect(await button.getAttribute("aria-expanded")).toBe("false");
    expect(problems).toEqual([]);
    await close();
  });

  test("follows the system's theme until somebody chooses, and keeps the choice", async () => {
    const { page, close } = await site.open("/settings", { colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    await page.getByRole("main").getByRole("radio", { name: "Light theme" }).click();
    await expect.poll(ground).not.toBe(dark);
    await page.reload();
    await page.getByRole("main").getByRole("radio", { name: "Light theme", checked: true }).waitFor();
    expect(await ground()).not.toBe(dark);
    await close();
  });

  test("does by name what its buttons do, from the search", async () => {
    const { page, close } = await site.open("/runs?state=FAILED", {
      colorScheme: "light",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    // Keys are heard once the page stands.
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    const ask = async (text: string) => {
      await (await openSearch(page)).fill(text);
      await page.getByRole("option", { name: text }).waitFor();
      await page.keyboard.press("Enter");
    };
    await ask("Use the dark theme");
    await page.locator("html[data-theme=dark]").waitFor();
    await ask("Copy the address of this page");
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    await ask("Show the keyboard shortcuts");
    await page.getByRole("dialog").getByText("Search for anything").waitFor();
    await close();
  });

  test("has nothing that moves when the system asks for less", async () => {
    const { page, close } = await site.open("/runs?state=RUNNING", { reducedMotion: "reduce" });
    await page.getByRole("table", { name: "Runs" }).getByRole("link").first().waitFor();
    // What only waits for its moment, as the grey lines of something slow do, doesn't move.
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter((animation) => animation.playState === "running")
        .map((animation) => ({ name: animation.id, ...animation.effect?.getComputedTiming() }))
        .filter(({ activeDuration }) => Number(activeDuration) > 1),
    );
    expect(moving).toEqual([]);
    await close();
  });

  test("shows the dashboard's numbers as links into lists with the same filter", async () => {
    const { page, close } = await site.open("/dashboard?since=7d");
    const failures = page
      .getByRole("region", { name: "Failures" })
      .or(page.locator("section").filter({ hasText: "Failures" }));
    await failures.getByRole("link", { name: "bad-run" }).waitFor();
    expect(await failures.textContent()).toContain("There is no such file");
    await page.getByRole("term").filter({ hasText: "Failed" }).locator("xpath=..").getByRole("link").click();
    await expect.poll(() => new URL(page.url()).search).toBe("?since=7d&subflows=hide&state=FAILED");
    await inList(page, "bad-run").waitFor();
    await close();
  });
});

describe("the connection", () => {
  test("comes back by itself, and the page catches up with what it missed", async () => {
    const flow = await createFlowNamed(site.client, "restarted");
    const { page, close } = await site.open(`/runs?flow=${flow}`);
    await page.getByText("No run matches").waitFor();
    await site.stop();
    await page.getByText(/No live updates since/).waitFor();
    await site.start();
    await recordPastRuns(site.client, [{ flowId: flow, name: "while-away", ago: 5, took: 1 }]);
    await inList(page, "while-away").waitFor({ timeout: 20_000 });
    await page.getByText(/No live updates since/).waitFor({ state: "hidden" });
    await startRun(site.client, { flowId: flow, name: "after-return" });
    await inList(page, "after-return").waitFor();
    await close();
  });

  test("hears what changes while the program is still on its way", async () => {
    const run = await startRun(site.client, { flowId: await createFlowNamed(site.client, "early"), name: "early" });
    const { page, close } = await site.open("/settings");
    const program = Promise.withResolvers<void>();
    await page.route("**/assets/index-*.js", (route) => program.promise.then(() => route.continue()));
    const told: string[] = [];
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => told.push(String(payload))));
    const answered = page.waitForResponse((response) => response.url().endsWith(`/ui/flow_runs/${run.id}`));
    await page.goto(`${site.origin}/runs/flow-run/${run.id}`, { waitUntil: "commit" });
    await answered;
    await expect.poll(() => told.length).toBe(1);
    await run.end("COMPLETED");
    await expect.poll(() => told.length).toBe(2);
    program.resolve();
    await page.locator("main header").getByText("Completed", { exact: true }).first().waitFor();
    await close();
  });

  test("says that the server is away instead of showing nothing", async () => {
    const { page, close } = await site.open("/settings");
    await page.getByText("SQLite", { exact: true }).waitFor();
    await page.waitForLoadState("networkidle");
    await site.stop();
    await page.getByRole("link", { name: "Flows" }).click();
    await page.getByRole("alert").getByText("The list of flows could not be read.").waitFor({ timeout: 15_000 });
    await site.start();
    const again = page.getByRole("button", { name: "Try again" });
    // The page may find the server by itself before anybody clicks.
    await expect
      .poll(
        async () => {
          if (await again.isVisible()) await again.click({ timeout: 1000 }).catch(() => {});
          return await page.getByRole("link", { name: "train", exact: true }).isVisible();
        },
        { timeout: 15_000 },
      )
      .toBe(true);
    await close();
  });
});

describe("another address", () => {
  test("behind a proxy that strips a prefix, on another port", async () => {
    const proxy = await startPrefixProxy(site.origin, "/tools/ostinato");
    for (const host of ["127.0.0.1", "localhost"]) {
      const base = `http://${host}:${proxy.port}/tools/ostinato`;
      const { page, problems, close } = await site.open(`${base}/runs`);
      await page.getByRole("link", { name: "good-run", exact: true }).click();
      await page.getByRole("heading", { name: "good-run" }).waitFor();
      expect(page.url()).toMatch(new RegExp(`^${base}/runs/flow-run/`));
      await page.reload();
      await page.getByRole("heading", { name: "good-run" }).waitFor();
      await page.goto(`${base}/`);
      await page.getByRole("heading", { name: "Dashboard" }).waitFor();
      expect(page.url()).toBe(`${base}/dashboard`);
      await page.goto(`${base}/artifacts/key/report`);
      await page.getByRole("heading", { name: "Report", exact: true }).waitFor();
      const flow = await createFlowNamed(site.client, `live-${host}`);
      await page.goto(`${base}/runs?flow=${flow}`);
      await page.getByText("No run matches").waitFor();
      await startRun(site.client, { flowId: flow, name: "through-the-proxy" });
      await inList(page, "through-the-proxy").waitFor();
      expect(problems.filter((problem) => !isEarlyGuess(problem))).toEqual([]);
      await close();
    }
    proxy.close();
  });

  test("of any name, where the server is told that every name is its own, as in the container image", async () => {
    const named = await startSite({
      environment: { OSTINATO_SERVER_HOST: "0.0.0.0", OSTINATO_SERVER_ALLOWED_HOSTS: "*" },
    });
    const flow = await createFlowNamed(named.client, "named");
    const base = `http://some.box.test:${new URL(named.origin).port}`;
    const { page, problems, close } = await named.open(`${base}/runs?flow=${flow}`);
    await page.getByText("No run matches").waitFor();
    await startRun(named.client, { flowId: flow, name: "by-name" });
    await inList(page, "by-name").waitFor();
    expect(page.url()).toBe(`${base}/runs?flow=${flow}`);
    // Browsers say of a plain connection to a name that they keep pages less apart there.
    expect(problems.filter((problem) => !problem.includes("untrustworthy"))).toEqual([]);
    await close();
    await named.close();
  });

  test("that begins as the name of another server does is no other server's", async () => {
    const proxy = await startPrefixProxy(site.origin, "//other.example");
    const { page, close } = await site.open(`http://127.0.0.1:${proxy.port}//other.example/runs`);
    expect(await page.evaluate(() => document.baseURI)).toBe(`http://127.0.0.1:${proxy.port}/other.example/`);
    await close();
    proxy.close();
  });
});
