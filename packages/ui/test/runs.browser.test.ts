import { setFlowRunState } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, type PastRun, recordPastRuns, startRun } from "./fixtures.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;

beforeAll(async () => {
  site = await startSite();
  const train = await createFlowNamed(site.client, "train");
  const ingest = await createFlowNamed(site.client, "ingest");
  const past = (index: number): PastRun => ({
    flowId: index % 3 === 0 ? ingest : train,
    name: `run-${String(index).padStart(3, "0")}`,
    ago: 60 + index * 30,
    took: 5 + (index % 7),
    ...(index % 10 === 4 ? { state: "FAILED" as const, message: `no rows of day ${index}` } : {}),
    tags: index % 5 === 0 ? ["nightly"] : [],
  });
  await recordPastRuns(
    site.client,
    Array.from({ length: 260 }, (_, index) => past(index)),
  );
});

afterAll(() => site.close());

const rows = (page: Page) => page.getByRole("table", { name: "Runs" }).getByRole("row");
const row = (page: Page, name: string) =>
  page.getByRole("table", { name: "Runs" }).getByRole("link", { name, exact: true });
/** What an entry of the open filter says that it would find. */
const found = (page: Page, name: string) =>
  page.getByRole("menuitemcheckbox", { name, exact: true }).getAttribute("aria-description");
const names = (page: Page) => rows(page).getByRole("link").filter({ hasText: /^run-/ }).allTextContents();

describe("the list of runs", () => {
  test("shows the newest runs first, and older ones as one scrolls", async () => {
    const { page, problems, close } = await site.open("/runs");
    await row(page, "run-000").waitFor();
    expect((await names(page)).slice(0, 3)).toEqual(["run-000", "run-001", "run-002"]);
    await page.getByText("260 runs").waitFor();
    for (let turn = 0; turn < 40 && !(await row(page, "run-259").isVisible()); turn += 1) {
      await page.getByRole("main").evaluate((main) => main.scrollBy(0, 1200));
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await row(page, "run-259").waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("keeps room for the reasons in a list of failures", async () => {
    const { page, close } = await site.open("/runs?state=FAILED", { viewport: { width: 900, height: 780 } });
    await page.getByRole("columnheader", { name: "Message" }).waitFor();
    await page.getByRole("cell", { name: "no rows of day 4", exact: true }).waitFor();
    await close();
  });

  test("keeps its filters in the address, through back and forward and for whoever gets the link", async () => {
    const { page, close } = await site.open("/runs");
    await page.getByRole("button", { name: "State" }).click();
    await expect.poll(() => found(page, "Failed")).toBe("26 runs");
    expect([await found(page, "Completed"), await found(page, "Late")]).toEqual(["234 runs", "0 runs"]);
    await page.getByRole("menuitemcheckbox", { name: "Failed", exact: true }).click();
    await page.keyboard.press("Escape");
    await page.getByText("26 runs").waitFor();
    expect(page.url()).toBe(`${site.origin}/runs?state=FAILED`);
    await page.getByRole("searchbox", { name: "Filter by name" }).fill("run-01");
    await page.getByText("1 run", { exact: false }).waitFor();
    await expect.poll(() => page.url()).toContain("q=run-01");
    await expect.poll(() => names(page)).toEqual(["run-014"]);
    await page.goBack();
    await page.getByText("26 runs").waitFor();
    await page.goForward();
    await expect.poll(() => names(page)).toEqual(["run-014"]);
    const other = await site.open(new URL(page.url()).pathname + new URL(page.url()).search);
    await expect.poll(() => names(other.page)).toEqual(["run-014"]);
    await other.close();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("260 runs").waitFor();
    expect(page.url()).toBe(`${site.origin}/runs`);
    await close();
  });

  test("filters by flow, tag and time", async () => {
    const { page, close } = await site.open("/runs?tag=nightly");
    await page.getByText("52 runs").waitFor();
    await page.getByRole("button", { name: "Flow", exact: true }).click();
    await expect.poll(() => found(page, "ingest")).toBe("18 runs");
    await page.getByRole("menuitemcheckbox", { name: "ingest" }).click();
    await page.keyboard.press("Escape");
    await page.getByText("18 runs").waitFor();
    await page.getByRole("button", { name: "Time" }).click();
    await page.getByRole("menuitem", { name: "Last hour" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("since")).toBe("1h");
    await expect
      .poll(() => names(page))
      .toEqual(["run-000", "run-015", "run-030", "run-045", "run-060", "run-075", "run-090", "run-105"]);
    await close();
  });

  test("offers the names that a program gives its states", async () => {
    const flow = await createFlowNamed(site.client, "own-states");
    const [id] = await recordPastRuns(site.client, [{ flowId: flow, name: "skipped-run", ago: 5, took: 1 }]);
    await site.client.call(setFlowRunState, {
      params: { id: id ?? "" },
      body: { state: { type: "COMPLETED", name: "NothingToDo" }, force: true },
    });
    // None of the runs that are shown has it.
    const { page, close } = await site.open("/runs?q=run-000");
    await row(page, "run-000").waitFor();
    await page.getByRole("button", { name: "State", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: "Nothing to do" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("state")).toBe("NothingToDo");
    await page.keyboard.press("Escape");
    await page.goto(`${site.origin}/runs?state=NothingToDo`);
    await row(page, "skipped-run").waitFor();
    await close();
  });

  test("is filtered by keyboard alone, from its menus with fields", async () => {
    const { page, close } = await site.open("/runs");
    await row(page, "run-000").waitFor();
    await page.getByRole("button", { name: "Tags" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Tag, then Enter" }).waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toBe("Tag, then Enter");
    await page.keyboard.type("night");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText("52 runs").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Time" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Any time" }).waitFor();
    await page.keyboard.press("Tab");
    await page.getByLabel("From", { exact: true }).fill("2020-01-01T00:00");
    await page.getByLabel("To", { exact: true }).fill("2020-02-01T00:00");
    await page.keyboard.press("Enter");
    await page.getByText("No run matches").waitFor();
    expect(new URL(page.url()).searchParams.get("until")).toBe("2020-02-01T00:00:00.000Z");
    await close();
  });

  test("is left and found again as it was", async () => {
    const { page, close } = await site.open("/runs?state=FAILED");
    await row(page, "run-024").click();
    await page.getByRole("heading", { name: "run-024" }).waitFor();
    await page.goBack();
    await row(page, "run-024").waitFor();
    expect(page.url()).toContain("state=FAILED");
    await close();
  });

  test("works by keyboard alone", async () => {
    const { page, close } = await site.open("/runs");
    await row(page, "run-000").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("run-00");
    await page.getByText("10 runs").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText(/^2\d\d runs$/).waitFor();
    await row(page, "run-000").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("run-002");
    await page.keyboard.press("x");
    await page.getByRole("toolbar", { name: "Selected runs" }).getByText("1 run").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("toolbar", { name: "Selected runs" }).waitFor({ state: "hidden" });
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "run-002" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("f");
    await page.getByRole("heading", { name: "Flows" }).waitFor();
    await close();
  });

  test("saves a filter under a name, renames it, makes it the default, and deletes it with a way back", async () => {
    const { page, problems, close } = await site.open("/runs?state=FAILED&tag=nightly");
    const menu = async (item: string) => {
      await page.getByRole("button", { name: "Saved searches" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await menu("Save this search…");
    await page.getByRole("textbox", { name: "Name" }).fill("Nightly failures");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.goto(`${site.origin}/runs`);
    await menu("Nightly failures");
    await expect.poll(() => new URL(page.url()).search).toBe("?state=FAILED&tag=nightly");

    await menu("Rename, delete, make default…");
    const dialog = page.getByRole("dialog", { name: "Saved searches" });
    await dialog.getByRole("button", { name: "Rename Nightly failures" }).click();
    await dialog.getByRole("textbox", { name: "New name of Nightly failures" }).fill("Every night");
    await dialog.getByRole("button", { name: "Rename", exact: true }).click();
    await dialog.getByRole("button", { name: "Open Runs with Every night" }).click();
    await dialog.getByRole("button", { name: "Open Runs without Every night", pressed: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Flows" }).click();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Runs" }).click();
    await expect.poll(() => new URL(page.url()).search).toBe("?state=FAILED&tag=nightly");

    await menu("Rename, delete, make default…");
    await dialog.getByRole("button", { name: "Delete Every night" }).click();
    await dialog.getByText("No saved search is left.").waitFor();
    await dialog.getByRole("button", { name: "Undo" }).click();
    await dialog.getByRole("button", { name: "Delete Every night" }).click();
    await dialog.getByText("No saved search is left.").waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("deletes what is selected, after saying what that is", async () => {
    const flow = await createFlowNamed(site.client, "to-delete");
    await recordPastRuns(
      site.client,
      [1, 2, 3].map((index) => ({ flowId: flow, name: `gone-${index}`, ago: 20 + index, took: 1 })),
    );
    const { page, close } = await site.open(`/runs?flow=${flow}`);
    await page.getByRole("checkbox", { name: "Select gone-1" }).check();
    await page.getByRole("checkbox", { name: "Select gone-3" }).check();
    await page.getByRole("toolbar", { name: "Selected runs" }).getByRole("button", { name: "Delete" }).click();
    await page
      .getByRole("dialog", { name: "Delete 2 runs of to-delete" })
      .getByRole("button", { name: "Delete 2 runs" })
      .click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await row(page, "gone-1").waitFor({ state: "hidden" });
    expect(await row(page, "gone-2").isVisible()).toBe(true);
    expect(await row(page, "gone-3").isVisible()).toBe(false);
    await close();
  });

  test("selects a range with Shift, and then all that the filter finds, and cancels what still goes on", async () => {
    const flow = await createFlowNamed(site.client, "many");
    await recordPastRuns(
      site.client,
      Array.from({ length: 130 }, (_, index) => ({
        flowId: flow,
        name: `many-${String(index).padStart(3, "0")}`,
        ago: 100 + index,
        took: 1,
        ...(index >= 125 ? { state: "RUNNING" as const } : {}),
      })),
    );
    const { page, close } = await site.open(`/runs?flow=${flow}`);
    const bar = page.getByRole("toolbar", { name: "Selected runs" });
    await page.getByText("130 runs").waitFor();
    await page.getByRole("checkbox", { name: "Select many-002" }).check();
    await page.getByRole("checkbox", { name: "Select many-006" }).click({ modifiers: ["Shift"] });
    await bar.getByText("5 runs").waitFor();
    await page.getByRole("checkbox", { name: "Select all runs that are loaded" }).check();
    await bar.getByText("100 runs").waitFor();
    await bar.getByRole("button", { name: "Select all 130" }).click();
    await bar.getByText("130 runs").waitFor();
    await bar.getByRole("button", { name: "Cancel" }).click();
    const dialog = page.getByRole("dialog", { name: "Cancel 5 runs of many" });
    await dialog.getByText("Nothing changes for 125 runs of the selection").waitFor();
    await dialog.getByText("many-129").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Cancel 5 runs" }).click();
    await bar.waitFor({ state: "hidden" });
    await page.goto(`${site.origin}/runs?flow=${flow}&state=RUNNING`);
    await page.getByText("No run matches").waitFor();
    await close();
  });

  test("says why runs failed, has the columns that are chosen, and keeps them", async () => {
    const { page, close } = await site.open("/runs?state=FAILED");
    await page.getByRole("cell", { name: "no rows of day 24", exact: true }).waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Tags" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Ended" }).click();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.getByRole("columnheader", { name: "Ended" }).waitFor();
    expect(await page.getByRole("columnheader", { name: "Tags" }).isVisible()).toBe(false);
    expect(await page.getByRole("columnheader", { name: "Message" }).isVisible()).toBe(true);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText("train · no rows of day 4", { exact: true }).waitFor();
    await close();
  });

  test("selects on a narrow screen too, and forgets the selection with the filter", async () => {
    const { page, close } = await site.open("/runs?tag=nightly", { viewport: { width: 390, height: 844 } });
    const bar = page.getByRole("toolbar", { name: "Selected runs" });
    await page.getByRole("button", { name: "Select runs" }).click();
    await page.getByRole("checkbox", { name: "Select run-005" }).check();
    await page.getByRole("checkbox", { name: "Select run-010" }).check();
    await bar.getByText("2 runs").waitFor();
    const box = await bar.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.getByRole("searchbox", { name: "Filter by name" }).fill("run-01");
    await page.getByText("2 runs", { exact: true }).waitFor();
    await bar.waitFor({ state: "hidden" });
    await close();
  });

  test("shows recent runs as bars that the arrow keys go along and Enter opens", async () => {
    const { page, close } = await site.open("/runs?state=FAILED");
    const bars = page.getByRole("list", { name: /Recent runs: 26 runs/ });
    await bars.waitFor();
    await bars.getByRole("link").last().focus();
    expect(await bars.getByRole("link").last().getAttribute("aria-label")).toMatch(/^run-004, Failed, 9\.0 s, /);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toMatch(/^run-024, Failed, /);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "run-024" }).waitFor();
    await close();
  });

  test("narrows to a time that is marked in the chart by keyboard or by dragging, and nothing below moves", async () => {
    const { page, problems, close } = await site.open("/runs?tag=nightly");
    const chart = page.getByRole("slider", { name: "Durations of runs over time" });
    await chart.waitFor();
    const top = () => page.getByRole("table", { name: "Runs" }).evaluate((list) => list.getBoundingClientRect().top);
    const before = await top();
    await chart.focus();
    await page.keyboard.press("Home");
    for (let turn = 0; turn < 30; turn += 1) await page.keyboard.press("Shift+ArrowRight");
    const marked = Number(/: (\d+) runs/.exec((await chart.getAttribute("aria-valuetext")) ?? "")?.[1]);
    expect(marked).toBeGreaterThan(2);
    expect(marked).toBeLessThan(40);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText(`${marked} runs`, { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("until")).not.toBeNull();
    expect(await top()).toBe(before);
    await page.getByRole("button", { name: "All times" }).click();
    await page.getByText("52 runs").waitFor();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("The chart is not shown.");
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 10, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => new URL(page.url()).searchParams.get("since")).not.toBeNull();
    await page.goBack();
    await page.getByText("52 runs").waitFor();
    expect(await top()).toBe(before);
    expect(problems).toEqual([]);
    await close();
  });

  test("lets what is new wait above a scrolled list, and is found again where it was left", async () => {
    const flow = await createFlowNamed(site.client, "arriving");
    const { page, close } = await site.open("/runs?q=run-");
    await row(page, "run-000").waitFor();
    const main = page.getByRole("main");
    await main.evaluate((element) => element.scrollTo(0, 1500));
    await row(page, "run-040").waitFor();
    await startRun(site.client, { flowId: flow, name: "run-new" });
    await page.getByRole("button", { name: "1 new" }).waitFor();
    const left = await main.evaluate((element) => element.scrollTop);
    await row(page, "run-040").click();
    await page.getByRole("heading", { name: "run-040" }).waitFor();
    await page.goBack();
    await row(page, "run-040").waitFor();
    await expect
      .poll(() => main.evaluate((element) => Math.abs(element.scrollTop)).then((top) => Math.abs(top - left) < 60))
      .toBe(true);
    await close();
  });

  test("gives what is filtered as CSV", async () => {
    const { page, close } = await site.open("/runs?state=FAILED");
    await page.getByText("26 runs").waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download as CSV" }).click();
    const path = await (await saved).path();
    const { readFile } = await import("node:fs/promises");
    const lines = (await readFile(path, "utf8")).split("\r\n");
    expect(lines[0]).toContain("id,name,flow,state_type");
    expect(lines).toHaveLength(27);
    expect(lines[1]).toContain("run-004,train,FAILED");
    await close();
  });

  test("finds anything from the keyboard", async () => {
    const { page, close } = await site.open("/settings");
    await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
    await (await openSearch(page)).fill("run-123");
    await page.getByRole("option", { name: /run-123/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "run-123" }).waitFor();
    await close();
  });
});
