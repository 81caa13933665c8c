import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;
let good: string;
let bad: string;

const scalar = (value: unknown) => ({
  result: {
    format: "devalue",
    data: JSON.stringify([value]),
    preview: { kind: "scalar", size_bytes: 4, truncated: false, value },
  },
});

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "train");
  const first = await startRun(site.client, { flowId, name: "good-goat", parameters: { month: "2021-01", depth: 6 } });
  await recordTasks(site.client, first.id, [
    { name: "load-0", key: "load-1a2b3c4d", start: 0, took: 2, values: scalar("rows") },
    { name: "fit-0", key: "fit-1a2b3c4d", start: 2, took: 3, values: scalar("0.91") },
    { name: "tell-0", key: "tell-1a2b3c4d", start: 5, took: 1 },
  ]);
  await first.end("COMPLETED");
  good = first.id;
  const second = await startRun(site.client, { flowId, name: "bad-bat", parameters: { month: "2021-02", depth: 6 } });
  await recordTasks(site.client, second.id, [
    { name: "load-0", key: "load-1a2b3c4d", start: 0, took: 2, values: scalar("rows") },
    { name: "fit-0", key: "fit-1a2b3c4d", start: 2, took: 9, values: scalar("0.55") },
    { name: "check-0", key: "check-1a2b3c4d", start: 11, took: 1, state: "FAILED", message: "It is too bad" },
  ]);
  await second.end("FAILED", "It is too bad");
  bad = second.id;
});

afterAll(() => site.close());

test("two selected runs are compared: parameters, tasks, durations, results, and what only one of them did", async () => {
  const { page, problems, close } = await site.open("/runs");
  for (const name of ["good-goat", "bad-bat"]) await page.getByRole("checkbox", { name: `Select ${name}` }).click();
  await page.getByRole("link", { name: "Compare" }).click();
  await page.getByRole("heading", { name: "Compare two runs" }).waitFor();
  const search = new URL(page.url()).searchParams;
  expect([search.get("a"), search.get("b")]).toEqual([good, bad]);
  expect(await page.getByRole("region", { name: "Run A" }).textContent()).toContain("good-goat");

  await page.getByText("1 of 2 differ.").waitFor();
  const month = page.getByRole("row", { name: /month/ });
  expect(await month.getByRole("cell").allTextContents()).toEqual(['"2021-01"', '"2021-02"']);

  const fit = page.getByRole("row", { name: /^fit/ });
  expect(await fit.textContent()).toContain("+6.0 s (3.00 ×)");
  expect(await page.getByRole("row", { name: /^load/ }).textContent()).toContain("the same");
  expect(await page.getByRole("row", { name: /^tell/ }).textContent()).toContain("only in A");
  expect(await page.getByRole("row", { name: /^check/ }).textContent()).toContain("only in B");
  await fit.getByText("differs").click();
  await fit.getByText("0.55").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.getByRole("radio", { name: "Largest difference" }).click();
  await expect
    .poll(() =>
      page
        .getByRole("row", { name: /^(load|fit|tell|check)/ })
        .first()
        .textContent(),
    )
    .toContain("fit");
  await page.getByRole("button", { name: "Swap" }).click();
  await expect.poll(() => page.getByRole("region", { name: "Run A" }).textContent()).toContain("bad-bat");
  expect(problems).toEqual([]);
  await close();
});

test("a run is compared with the last success of its flow, also on a phone", async () => {
  const { page, problems, close } = await site.open(`/runs/flow-run/${bad}`, {
    viewport: { width: 390, height: 844 },
  });
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Compare with the last success" }).click();
  await page.getByRole("region", { name: "Run A" }).getByText("good-goat").waitFor();
  await page.getByText("+6.0 s", { exact: false }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test("without two runs the page says how to choose them", async () => {
  const { page, close } = await site.open("/runs/compare");
  await page.getByRole("heading", { name: "Choose two runs" }).waitFor();
  await close();
});
