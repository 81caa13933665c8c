import { keepParameterSchema } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordPastRuns, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let train: string;
const hour = 3600;

beforeAll(async () => {
  site = await startSite();
  train = await createFlowNamed(site.client, "train");
  const ingest = await createFlowNamed(site.client, "ingest");
  await recordPastRuns(
    site.client,
    Array.from({ length: 20 }, (_, index) => ({
      flowId: train,
      name: `run-${String(index).padStart(2, "0")}`,
      ago: 600 + index * 12 * hour,
      took: 60 + index,
      ...(index % 5 === 1 ? { state: "FAILED" as const, message: "no rows" } : {}),
    })),
  );
  await recordPastRuns(site.client, [{ flowId: ingest, name: "only-run", ago: 100, took: 3 }]);
  await site.client.call(keepParameterSchema, {
    params: { id: train },
    body: {
      version: "1",
      schema: {
        type: "object",
        properties: {
          month: { type: "string", format: "date", description: "The first day of it" },
          depth: { type: "integer", default: 6 },
        },
        required: ["month"],
      },
    },
  });
});

afterAll(() => site.close());

const address = (page: Page) => new URL(page.url()).searchParams;
const figure = (page: Page, name: string) =>
  page.getByRole("term").filter({ hasText: name }).locator("xpath=..").getByRole("link");

describe("the flows", () => {
  test("are a list with success, durations and runs that lead to the runs themselves", async () => {
    const { page, problems, close } = await site.open("/flows");
    const row = page.getByRole("row").filter({ hasText: "train" });
    await row.getByRole("cell", { name: "80.0 %", exact: true }).waitFor();
    await row.getByRole("link", { name: "20 runs of train in 30 days" }).click();
    await page.getByText("20 runs", { exact: true }).waitFor();
    expect(address(page).get("since")).toBe("30d");
    await page.goBack();
    await page.getByRole("searchbox", { name: "Filter by name" }).fill("ing");
    await row.waitFor({ state: "hidden" });
    expect(address(page).get("q")).toBe("ing");
    expect(problems).toEqual([]);
    await close();
  });

  test("say on a phone of how many runs the success is: of those that ended by themselves", async () => {
    const ended = await createFlowNamed(site.client, "two-ended");
    await recordPastRuns(site.client, [
      { flowId: ended, name: "good", ago: 300, took: 3 },
      { flowId: ended, name: "bad", ago: 200, took: 3, state: "FAILED" },
    ]);
    for (const name of ["first", "second"]) await startRun(site.client, { flowId: ended, name });
    const { page, close } = await site.open("/flows", { viewport: { width: 390, height: 844 } });
    const row = page.getByRole("row").filter({ hasText: "two-ended" });
    await row.getByText("50.0 % of 2 ended runs", { exact: true }).waitFor();
    await close();
  });

  test("say what fills the list, and that a filter finds nothing", async () => {
    const { page, close } = await site.open("/flows?q=nothing-is-called-so");
    await page.getByRole("heading", { name: "No flow matches" }).waitFor();
    await close();
  });
});

describe("a flow", () => {
  test("shows its runs as bars that open them, and follows them", async () => {
    const { page, close } = await site.open(`/flows/flow/${train}`);
    const bars = page.getByRole("list", { name: /Recent runs: 20 runs/ });
    await bars.getByRole("link").last().focus();
    await page.keyboard.press("Home");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toMatch(/^run-19, Completed, 1 m 19 s, /);
    const run = await startRun(site.client, { flowId: train, name: "right-now" });
    await page.getByRole("link", { name: /^right-now, Running/ }).waitFor();
    await run.end("COMPLETED");
    await page.getByRole("link", { name: /^right-now, Completed/ }).waitFor();
    await page.getByRole("link", { name: /^right-now, / }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "right-now" }).waitFor();
    await close();
  });

  test("leads from its numbers and from a marked time to its runs", async () => {
    const { page, close } = await site.open(`/flows/flow/${train}?days=7`);
    await figure(page, "Failed").click();
    await page.getByText("3 runs", { exact: true }).waitFor();
    expect(page.url()).toBe(`${site.origin}/runs?flow=${train}&since=7d&state=FAILED`);
    await page.goBack();
    const chart = page.getByRole("slider", { name: "Median and p95 of durations over time" });
    await chart.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    expect(await chart.getAttribute("aria-valuetext")).toMatch(/median 1 m 02 s, p95 1 m 03 s, 2 completed runs\./);
    await page.keyboard.press("Enter");
    await expect.poll(() => address(page).get("until")).not.toBeNull();
    expect(address(page).get("flow")).toBe(train);
    await close();
  });

  test("describes its parameters, as a list on a narrow screen", async () => {
    const { page, close } = await site.open(`/flows/flow/${train}?tab=parameters`);
    await page.getByRole("cell", { name: "The first day of it" }).waitFor();
    await page.getByRole("cell", { name: "string (date)" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("definition").filter({ hasText: "integer · default 6" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });
});
