import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, type PastRun, recordPastRuns, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
const hour = 3600;

beforeAll(async () => {
  site = await startSite();
  const train = await createFlowNamed(site.client, "train");
  const ingest = await createFlowNamed(site.client, "ingest");
  const past = (index: number): PastRun => ({
    flowId: index % 2 === 0 ? train : ingest,
    name: `run-${String(index).padStart(2, "0")}`,
    ago: 300 + index * hour,
    took: 20,
    ...(index % 10 === 3 ? { state: "FAILED" as const, message: `disk ${index} is full` } : {}),
  });
  await recordPastRuns(
    site.client,
    Array.from({ length: 40 }, (_, index) => past(index)),
  );
});

afterAll(() => site.close());

const chart = (page: Page) => page.getByRole("slider", { name: "Runs by state over time" });
const figure = (page: Page, name: string) =>
  page
    .getByRole("term")
    .filter({ hasText: new RegExp(`^${name}$`) })
    .locator("xpath=..")
    .getByRole("link");
const address = (page: Page) => new URL(page.url()).searchParams;

describe("the dashboard", () => {
  test("is also at the address of the site, and keeps what the address asks", async () => {
    const { page, problems, close } = await site.open("/?since=30d");
    await expect.poll(() => page.url()).toBe(`${site.origin}/dashboard?since=30d`);
    expect(problems).toEqual([]);
    await close();
  });

  test("looks closer at bars that are marked by keyboard, and finds its way back", async () => {
    const { page, problems, close } = await site.open("/dashboard?since=7d");
    await chart(page).focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    const text = await chart(page).getAttribute("aria-valuetext");
    const marked = Number(/: (\d+) runs/.exec(text ?? "")?.[1]);
    expect(marked).toBeGreaterThan(5);
    expect(marked).toBeLessThan(20);
    await page.keyboard.press("Enter");
    await expect.poll(() => address(page).get("from")).not.toBeNull();
    // Four bars of three hours each, and the way back beside them.
    expect(Date.parse(address(page).get("to") ?? "") - Date.parse(address(page).get("from") ?? "")).toBe(
      12 * hour * 1000,
    );
    expect(address(page).get("since")).toBe("7d");
    await expect.poll(() => figure(page, "Runs").textContent()).toBe(String(marked));
    await page.getByRole("button", { name: "Back to last 7 days" }).click();
    await expect.poll(() => figure(page, "Runs").textContent()).toBe("40");
    expect(page.url()).toBe(`${site.origin}/dashboard?since=7d`);
    await page.goBack();
    await expect.poll(() => figure(page, "Runs").textContent()).toBe(String(marked));
    expect(problems).toEqual([]);
    await close();
  });

  test("looks closer at bars that are dragged over, and at one that is clicked", async () => {
    const { page, close } = await site.open("/dashboard?since=7d");
    const box = await chart(page).boundingBox();
    if (box === null) throw new Error("The chart is not shown.");
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.8, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, y);
    await page.mouse.move(box.x + box.width - 6, y);
    await page.mouse.up();
    await expect.poll(() => address(page).get("from")).not.toBeNull();
    const dragged = address(page).get("from");
    await expect.poll(() => chart(page).getAttribute("aria-valuemax")).not.toBe("55");
    await page.mouse.click(box.x + box.width * 0.5, y);
    await expect.poll(() => address(page).get("from")).not.toBe(dragged);
    await page.goBack();
    await expect.poll(() => address(page).get("from")).toBe(dragged);
    await close();
  });

  test("leads from its numbers into lists of the same time, flow and state", async () => {
    const { page, close } = await site.open("/dashboard?since=7d");
    await page.getByRole("button", { name: "Flow", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: "ingest" }).click();
    await page.keyboard.press("Escape");
    await expect.poll(() => figure(page, "Runs").textContent()).toBe("20");
    await page.getByRole("link", { name: "All failures" }).click();
    await page.getByText("4 runs").waitFor();
    expect(address(page).getAll("state")).toEqual(["FAILED", "CRASHED"]);
    expect(address(page).get("since")).toBe("7d");
    expect(address(page).get("flow")).not.toBeNull();
    await page.goBack();
    await expect.poll(() => figure(page, "Runs").textContent()).toBe("20");
    await close();
  });

  test("shows failures with their message, and what runs as it comes and goes", async () => {
    const flow = await createFlowNamed(site.client, "live");
    const { page, close } = await site.open("/dashboard");
    const section = (name: string) =>
      page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });
    await section("Failures")
      .getByText(/^disk (\d+|…) is full$/)
      .waitFor();
    const run = await startRun(site.client, { flowId: flow, name: "now-running" });
    await section("Running now").getByRole("link", { name: "now-running" }).waitFor();
    await run.end("FAILED", "it broke just now");
    await section("Failures").getByText("it broke just now").waitFor();
    await section("Running now").getByRole("link", { name: "now-running" }).waitFor({ state: "hidden" });
    await close();
  });

  test("has nothing that axe finds while its chart is in use", async () => {
    const { page, close } = await site.open("/dashboard?since=7d");
    await chart(page).focus();
    await page.keyboard.press("ArrowLeft");
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });
});
