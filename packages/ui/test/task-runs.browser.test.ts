import { readFile } from "node:fs/promises";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let train: string;
let run: Awaited<ReturnType<typeof startRun>>;

const rows = (page: Page) => page.getByRole("table", { name: "Task runs" }).getByRole("row");
const row = (page: Page, name: string) => rows(page).filter({ has: page.getByRole("link", { name, exact: true }) });

beforeAll(async () => {
  site = await startSite();
  train = await createFlowNamed(site.client, "train");
  run = await startRun(site.client, { flowId: train, name: "monday" });
  await recordTasks(site.client, run.id, [
    { name: "load-0", key: "load", start: 0, took: 4 },
    { name: "fit-0", key: "fit", start: 5, took: 2, state: "FAILED", message: "ValueError: too few rows\nat fit" },
    { name: "fit-1", key: "fit-1", start: 8, took: 2, attempts: 3 },
  ]);
  const other = await startRun(site.client, { flowId: await createFlowNamed(site.client, "ingest"), name: "tuesday" });
  await recordTasks(
    site.client,
    other.id,
    Array.from({ length: 250 }, (_, index) => ({
      name: `read-${index}`,
      key: `read-${index}`,
      start: -index - 10,
      took: 1,
    })),
  );
});

afterAll(() => site.close());

describe("the list of task runs", () => {
  test("says how each went and where it belongs, and leads there", async () => {
    const { page, problems, close } = await site.open("/runs");
    await page.getByRole("navigation", { name: "Kinds of runs" }).getByRole("link", { name: "Task runs" }).click();
    await page.getByText("253 task runs").waitFor();
    const failed = row(page, "fit-0");
    expect(await failed.textContent()).toContain("ValueError: too few rows");
    expect(await failed.textContent()).toContain("Failed");
    expect(await row(page, "fit-1").getByRole("cell").nth(6).textContent()).toBe("3");
    expect(await failed.getByRole("link", { name: "train" }).getAttribute("href")).toContain(`/flows/flow/${train}`);
    await failed.getByRole("link", { name: "monday" }).click();
    await page.getByRole("heading", { name: "monday" }).waitFor();
    await page.goBack();
    await row(page, "load-0").getByRole("link", { name: "load-0" }).click();
    await page.getByRole("heading", { name: "load-0" }).waitFor();
    const path = page.getByRole("navigation", { name: "Path" });
    expect(await path.getByRole("link").allTextContents()).toEqual(["Runs", "train", "monday"]);
    expect(problems).toEqual([]);
    await close();
  });

  test("is narrowed by name, state and flow, and keeps that in its address", async () => {
    const { page, close } = await site.open(`/runs/task-runs?flow=${train}`);
    await page.getByText("3 task runs").waitFor();
    await page.getByRole("button", { name: "State" }).click();
    const states = await page.getByRole("menuitemcheckbox").allTextContents();
    expect(new Set(states).size).toBe(states.length);
    const failed = page.getByRole("menuitemcheckbox", { name: "Failed", exact: true });
    await expect.poll(() => failed.getAttribute("aria-description")).toBe("1 task run");
    await page.getByRole("menuitemcheckbox", { name: "Failed", exact: true }).click();
    await page.keyboard.press("Escape");
    await page.getByText("1 task run", { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("state")).toBe("FAILED");
    await page.getByRole("link", { name: "Clear", exact: true }).click();
    await page.getByText("253 task runs").waitFor();
    await page.getByLabel("Filter by name").fill("READ-24");
    await page.getByText("11 task runs").waitFor();
    await page.getByLabel("Filter by name").fill("nothing-like-it");
    await page.getByText("No task run matches").waitFor();
    await close();
  });

  test("goes on as one scrolls, in the order of the header, which stays in sight", async () => {
    const { page, close } = await site.open("/runs/task-runs");
    await page.getByRole("button", { name: "Started" }).click();
    expect(new URL(page.url()).searchParams.get("sort")).toBe("EXPECTED_START_TIME_ASC");
    await row(page, "read-249").waitFor();
    const main = page.getByRole("main");
    const scrolled = async () => {
      await main.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
      return await row(page, "fit-1").isVisible();
    };
    await expect.poll(scrolled, { timeout: 8000 }).toBe(true);
    await page.getByRole("button", { name: "Task run", exact: true }).click();
    await row(page, "fit-0").waitFor();
    expect(new URL(page.url()).searchParams.get("sort")).toBe("NAME_ASC");
    await close();
  });

  test("has the columns that are chosen, and the order by a menu on a phone", async () => {
    const { page, problems, close } = await site.open(`/runs/task-runs?flow=${train}`);
    const headers = () => page.getByRole("columnheader").allTextContents();
    await row(page, "fit-0").waitFor();
    expect(await headers()).toEqual([
      "Task run",
      "Flow run",
      "Flow",
      "State",
      "Started",
      "Duration",
      "Attempts",
      "Message",
    ]);
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Message" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Tags" }).click();
    await page.keyboard.press("Escape");
    expect(await headers()).toEqual([
      "Task run",
      "Flow run",
      "Flow",
      "State",
      "Started",
      "Duration",
      "Attempts",
      "Tags",
    ]);
    await page.reload();
    await row(page, "fit-0").waitFor();
    expect(await headers()).toContain("Tags");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 780 });
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Task run, descending" }).click();
    await page.keyboard.press("Escape");
    await expect.poll(() => rows(page).nth(1).getByRole("link").first().textContent()).toBe("load-0");
    expect(problems).toEqual([]);
    await close();
  });

  test("keeps room for the reasons in a list of failures", async () => {
    const { page, close } = await site.open(`/runs/task-runs?flow=${train}&state=FAILED`, {
      viewport: { width: 900, height: 780 },
    });
    await page.getByRole("cell", { name: "ValueError: too few rows" }).waitFor();
    await close();
  });

  test("saves a filter apart from those of flow runs", async () => {
    const { page, problems, close } = await site.open(`/runs/task-runs?flow=${train}&sort=NAME_ASC`);
    const menu = async (item: string) => {
      await page.getByRole("button", { name: "Saved searches" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await menu("Save this search…");
    await page.getByRole("textbox", { name: "Name" }).fill("Tasks of train");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.goto(`${site.origin}/runs/task-runs`);
    await menu("Tasks of train");
    await page.getByText("3 task runs").waitFor();
    expect(new URL(page.url()).search).toBe(`?flow=${train}&sort=NAME_ASC`);
    await page.goto(`${site.origin}/runs`);
    await page.getByRole("button", { name: "Saved searches" }).click();
    await page.getByText("None yet. Filter the list, then save it.").waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("gives what is filtered as CSV, and shows the newest as bars that lead to them", async () => {
    const { page, close } = await site.open(`/runs/task-runs?flow=${train}`);
    await page.getByText("3 task runs").waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download as CSV, 3 task runs" }).click();
    const lines = (await readFile(await (await saved).path(), "utf8")).split("\r\n");
    expect(lines[0]).toBe(
      "id,name,flow_run,flow_run_id,flow,state_type,state_name,start_time,end_time,seconds,attempts,tags,message",
    );
    expect(lines.slice(1).find((line) => line.includes("load-0"))).toContain(`load-0,monday,${run.id},train,COMPLETED`);
    const bars = page.getByRole("list", { name: "Recent task runs: 3 runs, oldest first" });
    await bars.getByRole("link", { name: "fit-0" }).click();
    await page.getByRole("heading", { name: "fit-0" }).waitFor();
    await close();
  });

  test("shows what is called meanwhile", async () => {
    const { page, close } = await site.open(`/runs/task-runs?flow=${train}&q=late`);
    await page.getByText("No task run matches").waitFor();
    await page.waitForLoadState("networkidle");
    await recordTasks(site.client, run.id, [{ name: "late-0", key: "late", start: 20, took: 1 }]);
    await row(page, "late-0").waitFor();
    await close();
  });

  test("is what the dashboard's numbers of task runs lead to", async () => {
    const { page, close } = await site.open(`/dashboard?since=1h&flow=${train}`);
    await page.getByRole("link", { name: "1 failed", exact: true }).first().click();
    await row(page, "fit-0").waitFor();
    expect(new URL(page.url()).pathname).toBe("/runs/task-runs");
    expect(await rows(page).count()).toBe(2);
    await close();
  });

  test("says what fills it, and that it could not be read", async () => {
    const { page, close } = await site.open("/settings");
    await page.route("**/api/ui/task_runs/list", (route) => route.fulfill({ status: 500, body: "{}" }));
    await page.goto(`${site.origin}/runs/task-runs`);
    await page.getByRole("alert").getByText("The list of task runs could not be read.").waitFor();
    await page.unroute("**/api/ui/task_runs/list");
    await page.getByRole("button", { name: "Try again" }).click();
    await row(page, "fit-0").waitFor();
    await close();
  });
});

describe("while hundreds of task runs change", () => {
  test("the list holds still while somebody points at it: rows change in place, new ones wait, and it is read once a second", async () => {
    const flow = await createFlowNamed(site.client, "storm");
    const mapped = await startRun(site.client, { flowId: flow, name: "mapped" });
    const task = (index: number) => ({ name: `wave-${index}`, key: `wave-${index}`, start: index / 100, took: 0.1 });
    const [id = ""] = await recordTasks(site.client, mapped.id, [{ ...task(0), state: "RUNNING" }]);
    const { page, close } = await site.open("/artifacts");
    await page.clock.install();
    let asked = 0;
    let told = "";
    page.on("request", (request) => {
      if (request.url().endsWith("/ui/task_runs/list")) asked += 1;
    });
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        told += String(payload);
      }),
    );
    await page.goto(`${site.origin}/runs/task-runs?flow=${flow}`);
    await row(page, "wave-0").getByText("Running").last().waitFor();
    await page.waitForLoadState("networkidle");
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.waitForLoadState("networkidle");
    await row(page, "wave-0").hover();
    asked = 0;
    await recordTasks(site.client, mapped.id, [
      { ...task(0), id, state: "COMPLETED" },
      ...Array.from({ length: 400 }, (_, index) => task(index + 1)),
    ]);
    await expect.poll(() => told).toContain('"COMPLETED":401');
    expect(asked).toBe(0);
    await page.clock.runFor(1500);
    // Once for the newest ones, and once for the row that has not ended and is not among them.
    await expect.poll(() => asked).toBe(2);
    const shown = page.getByRole("button", { name: "100+ new" });
    await expect
      .poll(async () => {
        await page.clock.runFor(50);
        return await shown.isVisible();
      })
      .toBe(true);
    expect(await row(page, "wave-0").textContent()).toContain("Completed");
    expect(await rows(page).count()).toBe(2);
    expect(asked).toBe(2);
    await page.clock.resume();
    await shown.click();
    await row(page, "wave-400").waitFor();
    await close();
  });
});
