import { readFile } from "node:fs/promises";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, leaveArtifact, startRun } from "./fixtures.ts";
import { isEarlyGuess, startPrefixProxy } from "./prefix-proxy.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let runId: string;

beforeAll(async () => {
  site = await startSite();
  const flowId = await createFlowNamed(site.client, "report");
  runId = (await startRun(site.client, { flowId, name: "reporting" })).id;
});

afterAll(() => site.close());

const hostile = `# Report

<script>window.hacked = "script"</script>
<img src="x" onerror="window.hacked = 'image'">
<iframe srcdoc="<script>parent.hacked = 'frame'</script>"></iframe>
<a href="javascript:window.hacked='link'">press me</a>

[and me](javascript:window.hacked='markdown') [or me](data:text/html,hello)

![chart](https://pictures.example/chart.png)

| month | error |
| --- | ---: |
| 2021-01 | 7.70 |

\`\`\`sh
npx ostinato run
\`\`\`
`;

describe("a markdown artifact", () => {
  test("is shown with its tables and code, runs nothing, and fetches no picture before a click", async () => {
    const id = await leaveArtifact(site.client, { key: "hostile", type: "markdown", data: hostile, flowRunId: runId });
    const { page, problems, close } = await site.open(`/artifacts/artifact/${id}`);
    await page.getByRole("cell", { name: "7.70" }).waitFor();
    expect(await page.getByText("npx ostinato run").isVisible()).toBe(true);
    for (const text of ["press me", "and me", "or me"]) {
      expect(await page.getByRole("link", { name: text }).count(), text).toBe(0);
    }
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.locator("iframe").count()).toBe(0);
    expect(await page.evaluate(() => (globalThis as { hacked?: string }).hacked)).toBeUndefined();
    expect(problems).toEqual([]);
    await page
      .getByText("Image from pictures.example")
      .locator("xpath=..")
      .getByRole("button", { name: "Load" })
      .click();
    await expect.poll(() => problems).toContainEqual("request to another machine: https://pictures.example/chart.png");
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });
});

const scientific = `The loss is $L^2$, and a run costs $5 or $10.

$$
\\sum_{i=1}^n \\frac{x_i}{n}
$$

A half: $\\frac{1}{$

\`\`\`mermaid
flowchart LR
  accTitle: How a month is loaded
  A[Load] --> B[Train <b>all</b>]
\`\`\`

\`\`\`mermaid
flowchart LR
  A[Load --> B
\`\`\`
`;

/** It would fetch a picture as it is drawn. */
const fetching = `\`\`\`mermaid
flowchart LR
  A@{ img: "https://pictures.example/chart.png", w: 60, h: 60 } --> B
\`\`\``;

describe("formulas and diagrams", () => {
  const kind = /\/assets\/(katex|formula|diagram)[^/]*\.js$/;

  test("are set and drawn behind a proxy too, with what is loaded for them alone, or shown with what is wrong in them", async () => {
    const leave = (key: string, data: string) =>
      leaveArtifact(site.client, { key, type: "markdown", data, flowRunId: runId });
    const plain = await leave("plain", "no formulas, and a run costs $5 or $10");
    const id = await leave("scientific", scientific);
    const fetchingId = await leave("fetching", fetching);
    const proxy = await startPrefixProxy(site.origin, "/tools/ostinato");
    const base = `http://127.0.0.1:${proxy.port}/tools/ostinato`;
    const { page, problems, close } = await site.open(`${base}/artifacts/artifact/${plain}`);
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await page.reload();
    await page.getByText("a run costs $5 or $10").waitFor();
    expect(loaded.filter((path) => kind.test(path))).toEqual([]);

    await page.goto(`${base}/artifacts/artifact/${id}`);
    await page.getByText("and a run costs $5 or $10").waitFor();
    await page.getByRole("math").first().waitFor();
    expect(await page.getByRole("math").count()).toBe(2);
    await page.getByRole("region", { name: "Formula" }).getByRole("math").waitFor();
    await page.getByText("This formula can't be shown: Unexpected end of input").waitFor();
    await page.evaluate(() => document.fonts.ready);
    const fonts = await page.evaluate(() =>
      [...document.fonts]
        .filter(({ family, status }) => family.startsWith("KaTeX") && status === "loaded")
        .map(({ family }) => family),
    );
    expect(fonts).toContain("KaTeX_Math");

    const drawing = page.getByRole("img", { name: "How a month is loaded" });
    // What draws it is the largest part of the pages.
    await drawing.waitFor({ timeout: 60_000 });
    await expect.poll(() => drawing.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
    await page.getByText("Source of the diagram").click();
    await page.getByText("A[Load] --> B[Train <b>all</b>]").waitFor();
    const wrong = page.getByRole("group", { name: "A diagram that can't be drawn" });
    await wrong.getByText("Parse error on line").waitFor();
    expect(await wrong.getByText("A[Load --> B").last().isVisible()).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    const bright = await drawing.getAttribute("src");
    await page.getByRole("radio", { name: "Dark" }).click();
    await expect.poll(() => drawing.getAttribute("src")).not.toBe(bright);
    expect(await accessibilityProblems(page, "main")).toEqual([]);
    expect(problems.filter((problem) => !isEarlyGuess(problem))).toEqual([]);

    await page.goto(`${base}/artifacts/artifact/${fetchingId}`);
    await page.getByText("It names a picture of another machine, which is not loaded.").waitFor();
    expect(problems.filter((problem) => problem.startsWith("request to another machine"))).toEqual([]);

    await page.goto(`${base}/artifacts`);
    await page.getByRole("listitem").filter({ hasText: "fetching" }).getByText("[diagram]").waitFor();
    await close();
    proxy.close();
  }, 120_000);
});

describe("versions under a key", () => {
  test("are listed, shown and compared", async () => {
    for (const error of ["7.90", "7.70"]) {
      const data = `# Model\n\n| measure | value |\n| --- | --- |\n| RMSE | ${error} |\n`;
      await leaveArtifact(site.client, { key: "model-report", type: "markdown", data, flowRunId: runId });
    }
    const { page, problems, close } = await site.open("/artifacts");
    await page.getByRole("link", { name: "model-report" }).click();
    await page.getByRole("region", { name: "Versions" }).waitFor();
    await page.getByRole("cell", { name: "7.70" }).waitFor();
    const versions = page.getByRole("region", { name: "Versions" }).getByRole("listitem");
    expect(await versions.count()).toBe(2);
    await versions.nth(1).getByRole("button", { name: "Compare with this version" }).click();
    const changes = page.getByRole("region", { name: "Changes" });
    await changes.waitFor();
    expect(await changes.textContent()).toMatch(/removed: \| RMSE \| 7\.90 \|.*added: \| RMSE \| 7\.70 \|/);
    expect(new URL(page.url()).searchParams.get("against")).not.toBeNull();
    await page.getByRole("radio", { name: "Side by side" }).click();
    await page.getByRole("cell", { name: "7.90" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "End the comparison" }).first().click();
    await versions.nth(1).getByRole("button").first().click();
    await page.getByRole("cell", { name: "7.90" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("appear in the list as they are made", async () => {
    const { page, close } = await site.open("/artifacts");
    await page.getByRole("list", { name: "Artifacts" }).waitFor();
    await leaveArtifact(site.client, { key: "fresh-table", type: "table", data: '[{"a":1,"b":2}]', flowRunId: runId });
    await page.getByRole("link", { name: "fresh-table" }).click();
    await page.getByRole("columnheader", { name: "b" }).waitFor();
    await page.getByRole("button", { name: "Full view" }).click();
    await page.getByRole("dialog", { name: "fresh-table" }).getByRole("cell", { name: "2" }).waitFor();
    await close();
  });
});

/** A PNG of one pixel, with as many bytes behind it as the picture of a chart. */
const picture = `data:image/png;base64,${Buffer.concat([
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
  Buffer.alloc(500_000),
]).toString("base64")}`;

describe("artifacts are shown as what they are", () => {
  const cities = Array.from({ length: 5000 }, (_, index) => ({ city: `City ${index}`, people: (index * 7919) % 5000 }));
  let richRun: string;

  beforeAll(async () => {
    const flowId = await createFlowNamed(site.client, "churn");
    richRun = (await startRun(site.client, { flowId, name: "brave-otter" })).id;
    const leave = (key: string, type: string, data: unknown, description: string) =>
      leaveArtifact(site.client, { key, type, data, description, flowRunId: richRun });
    const report =
      "# Churn v7\n\nTrained on **5000** rows. See [the run](https://mlflow.example/9f2c).\n\n- [x] checked";
    await leave("churn-report", "markdown", report, "What the model of today is like");
    await leave("cities", "table", JSON.stringify(cities), "Where the customers live");
    await leave("loss", "image", picture, "The loss of each round");
    await leave("upload", "progress", 61.7, "How far the upload is");
  });

  const row = (page: Page, key: string) => page.getByRole("listitem").filter({ hasText: key });

  test("in the list: text with its links, pictures, the head of a table, with the author's description", async () => {
    const { page, problems, close } = await site.open("/artifacts");
    const report = row(page, "churn-report");
    await report.getByRole("heading", { name: "Churn v7" }).waitFor();
    expect(await report.getByRole("link", { name: "the run" }).getAttribute("href")).toBe(
      "https://mlflow.example/9f2c",
    );
    expect(await report.getByText("What the model of today is like").isVisible()).toBe(true);
    expect(await row(page, "cities").getByRole("columnheader").allTextContents()).toEqual(["city", "people"]);
    const thumbnail = row(page, "loss").getByRole("img", { name: "The loss of each round" });
    await expect.poll(() => thumbnail.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    expect(await row(page, "upload").getByRole("progressbar").getAttribute("aria-valuenow")).toBe("62");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  test("in the tab of a run, for a small part of their bytes: pictures come by themselves when they are in sight", async () => {
    const { page, problems, close } = await site.open("/runs");
    let bytes = 0;
    page.on("response", async (response) => {
      if (response.url().includes("/artifacts/list")) bytes += (await response.body()).length;
    });
    await page.goto(`${site.origin}/runs/flow-run/${richRun}?tab=artifacts`);
    const card = page.getByRole("article", { name: "cities" });
    await card.getByText("The first rows of a table").waitFor();
    await card.getByText("Where the customers live").waitFor();
    await page.getByRole("article", { name: "loss" }).getByRole("img").scrollIntoViewIfNeeded();
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(10_000);
    expect(await accessibilityProblems(page)).toEqual([]);
    await card.getByRole("link", { name: "Show all of it" }).click();
    await page
      .getByRole("region", { name: "About this artifact" })
      .getByRole("link", { name: "brave-otter" })
      .waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("a table is sorted, filtered, counted, scrolled to its end and downloaded", async () => {
    const { page, problems, close } = await site.open("/artifacts/key/cities");
    const table = page.getByRole("region", { name: "cities" });
    await page.getByText("5,000 rows", { exact: true }).waitFor();
    await page.getByText("Where the customers live").waitFor();
    const first = () =>
      table
        .getByRole("row")
        .filter({ hasText: /City \d/ })
        .first()
        .textContent();
    await table.getByRole("button", { name: "people" }).click();
    await table.getByRole("button", { name: "people" }).click();
    await expect.poll(first).toMatch(/4,?999$/);
    expect(await table.getByRole("columnheader", { name: "people" }).getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("searchbox", { name: "Filter rows" }).fill("city 12");
    await page.getByText("111 of 5,000 rows").waitFor();
    await page.getByRole("searchbox", { name: "Filter rows" }).fill("");
    await page.getByText("5,000 rows", { exact: true }).waitFor();
    await table.getByRole("button", { name: "people" }).click();
    await expect.poll(first).toMatch(/^City 0/);
    await table.focus();
    await expect
      .poll(async () => {
        await page.keyboard.press("End");
        return table.getByText("City 4999", { exact: true }).count();
      })
      .toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("cities.csv");
    const text = await readFile(await download.path(), "utf8");
    expect(text.split("\r\n")).toHaveLength(5001);
    expect(text.startsWith("city,people\r\nCity 0,0\r\nCity 1,2919\r\n")).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
});
