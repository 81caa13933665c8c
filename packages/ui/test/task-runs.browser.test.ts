import type { Page } from "@ostinato/testing/browser";
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
    expect(await row(page, "fit-1").getByRole("cell").nth(4).textContent()).toBe("3");
    expect(await failed.getByRole("link", { name: "train" }).getAttribute("href")).toContain(`/flows/flow/${train}`);
    await failed.getByRole("link", { name: "monday" }).click();
    await page.getByRole("heading", { name: "monday" }).waitFor();
    await page.goBack();
    await row(page, "load-0").getByRole("link", { name: "load-0" }).click();
    await page.getByRole("heading", { name: "load-0" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("is narrowed by name, state and flow, and keeps that in its address", async () => {
    const { page, close } = await site.open(`/runs/task-runs?flow=${train}`);
    await page.getByText("3 task runs").waitFor();
    await page.getByRole("button", { name: "State" }).click();
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

  test("goes on as one scrolls, in the order that is chosen", async () => {
    const { page, close } = await site.open("/runs/task-runs");
    await page.getByLabel("Order").selectOption("EXPECTED_START_TIME_ASC");
    await row(page, "read-249").waitFor();
    const main = page.getByRole("main");
    const scrolled = async () => {
      await main.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
      return await row(page, "fit-1").isVisible();
    };
    await expect.poll(scrolled, { timeout: 8000 }).toBe(true);
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
