import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, leaveArtifact, startRun } from "./fixtures.ts";
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
      .getByText("Picture from pictures.example")
      .locator("xpath=..")
      .getByRole("button", { name: "Load" })
      .click();
    await expect.poll(() => problems).toContainEqual("request to another machine: https://pictures.example/chart.png");
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });
});

describe("versions under a key", () => {
  test("are listed, shown and compared", async () => {
    for (const error of ["7.90", "7.70"]) {
      const data = `# Model\n\n| measure | value |\n| --- | --- |\n| RMSE | ${error} |\n`;
      await leaveArtifact(site.client, { key: "model-report", type: "markdown", data, flowRunId: runId });
    }
    const { page, problems, close } = await site.open("/artifacts");
    await page.getByRole("link", { name: "model-report" }).click();
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
