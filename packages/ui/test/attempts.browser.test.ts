import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, recordLogs, recordPastRuns, recordTasks } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let id: string;

beforeAll(async () => {
  site = await startSite();
  const flowId = await createFlowNamed(site.client, "train");
  const [made = ""] = await recordPastRuns(site.client, [
    { flowId, name: "twice-tapir", ago: 100, took: 60, state: "FAILED", message: "no memory", retriedAfter: 20 },
  ]);
  id = made;
  const failed = { start: 0, took: 1, state: "FAILED" as const };
  await recordTasks(site.client, id, [
    { name: "load", key: "load-1adec0a0", start: 0, took: 1 },
    { name: "fit", key: "fit-1adec0a1", ...failed, message: "no data" },
    { name: "load", key: "load-1adec0a0", start: 20, took: 1, flowRunAttempt: 2 },
    { name: "fit again", key: "fit-1adec0a1", ...failed, message: "no memory", flowRunAttempt: 2 },
  ]);
  await recordLogs(site.client, id, [
    { message: "the first attempt begins", ago: 99 },
    { message: "there is no data", level: 40, ago: 81 },
    { message: "the second attempt begins", ago: 78 },
    { message: "there is no memory", level: 40, ago: 41 },
  ]);
});

afterAll(() => site.close());

const chosen = (page: Page) => page.getByRole("button", { name: /^(Attempt \d of \d|All \d attempts)$/ });
const choose = async (page: Page, name: RegExp) => {
  await chosen(page).click();
  await page.getByRole("menuitem", { name }).click();
};
const lines = (page: Page) => page.getByRole("log").locator("span[dir=auto]").allTextContents();
const items = (page: Page) => page.getByRole("treeitem");

test("a retried run shows its last attempt: failure, timeline, log and task runs", async () => {
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
  await page.getByText("2 lines", { exact: true }).waitFor();
  expect(await chosen(page).textContent()).toBe("Attempt 2 of 2");
  expect(await lines(page)).toEqual(["the second attempt begins", "there is no memory"]);
  await page.getByRole("region", { name: "Why it failed" }).getByText("no memory", { exact: true }).waitFor();
  await expect.poll(() => items(page).count()).toBe(2);
  await items(page).filter({ hasText: "fit again" }).waitFor();
  await page.getByRole("tab", { name: /Task runs\s*2/ }).click();
  expect(await page.getByRole("table", { name: "Task runs" }).getByRole("row").count()).toBe(2);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test("an earlier attempt is chosen at the top, everything follows, and the address keeps it", async () => {
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
  await choose(page, /^Attempt 1 · Failed/);
  await expect.poll(() => new URL(page.url()).searchParams.get("attempt")).toBe("1");
  await page.getByRole("region", { name: "Why it failed" }).getByText("no data", { exact: true }).waitFor();
  await expect.poll(() => lines(page)).toEqual(["the first attempt begins", "there is no data"]);
  await expect.poll(() => items(page).filter({ hasText: "fit again" }).count()).toBe(0);
  expect(await items(page).count()).toBe(2);
  await page.reload();
  await page.getByRole("region", { name: "Why it failed" }).getByText("no data", { exact: true }).waitFor();
  expect(await chosen(page).textContent()).toBe("Attempt 1 of 2");
  expect(problems).toEqual([]);
  await close();
});

test("all attempts stand together, and each task run says to which it belongs", async () => {
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}?tab=tasks`);
  await choose(page, /^All attempts/);
  await expect.poll(() => items(page).count()).toBe(4);
  const rows = page.getByRole("table", { name: "Task runs" }).getByRole("row");
  await expect.poll(() => rows.count()).toBe(4);
  await rows.filter({ hasText: "fit again" }).getByText("in attempt 2").waitFor();
  await page.getByRole("tab", { name: /^Logs/ }).click();
  await page.getByText("4 lines", { exact: true }).waitFor();
  expect(problems).toEqual([]);
  await close();
});
