import { randomId } from "@ostinato/core";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordPastRuns, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;

beforeAll(async () => {
  site = await startSite();
});

afterAll(() => site.close());

describe("a failure three subflows down", () => {
  let top: string;
  let inner: string;
  let part: string;
  beforeAll(async () => {
    const flows = {
      nightly: await createFlowNamed(site.client, "nightly-lake"),
      ingest: await createFlowNamed(site.client, "ingest-lake"),
      load: await createFlowNamed(site.client, "load-partition"),
    };
    const message = "Task 'download part' failed: HTTP 503";
    const failedCall = async (flowRunId: string, name: string) => {
      const id = randomId();
      await recordTasks(site.client, flowRunId, [{ id, name, start: 0, took: 5, state: "FAILED", message }]);
      return id;
    };
    const outer = await startRun(site.client, { flowId: flows.nightly, name: "hazel-lynx" });
    const middle = await startRun(site.client, {
      ...{ flowId: flows.ingest, name: "middle-mole" },
      parentTaskRunId: await failedCall(outer.id, "ingest-lake-0"),
    });
    const innermost = await startRun(site.client, {
      ...{ flowId: flows.load, name: "inner-ibis" },
      parentTaskRunId: await failedCall(middle.id, "load-partition-0"),
    });
    part = randomId();
    await recordTasks(site.client, innermost.id, [
      { id: part, name: "download part-1", start: 1, took: 2, state: "FAILED", message: "HTTP 503" },
    ]);
    for (const run of [innermost, middle, outer]) await run.end("FAILED", message);
    top = outer.id;
    inner = innermost.id;
  });

  test("is told with the way down to it, each step a link", async () => {
    const { page, problems, close } = await site.open(`/runs/flow-run/${top}`);
    const path = page
      .getByRole("region", { name: "Why it failed" })
      .getByRole("navigation", { name: "Where it failed" });
    await path.waitFor();
    expect(await path.getByRole("listitem").allInnerTexts()).toEqual([
      "nightly-lake",
      "ingest-lake",
      "load-partition",
      expect.stringMatching(/download part-1$/),
    ]);
    expect(await accessibilityProblems(page)).toEqual([]);
    await path.getByRole("link", { name: "download part-1" }).click();
    await page.getByRole("complementary", { name: "Selected task run" }).getByText("HTTP 503").first().waitFor();
    expect(new URL(page.url()).searchParams.get("task")).toBe(part);
    await path.getByRole("link", { name: "load-partition" }).click();
    await page.getByRole("heading", { name: "inner-ibis" }).waitFor();
    expect(page.url()).toContain(inner);
    expect(problems).toEqual([]);
    await close();
  });

  test("has the same cause in the list of runs and in the search", async () => {
    const { page, close } = await site.open("/runs?state=FAILED");
    const row = page.getByRole("row", { name: /hazel-lynx/ });
    await row.getByText("HTTP 503", { exact: true }).first().waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("hazel");
    await page.getByText("nightly-lake · HTTP 503").waitFor();
    await close();
  });
});

describe("failures of the same cause", () => {
  let flowId: string;
  beforeAll(async () => {
    flowId = await createFlowNamed(site.client, "train-churn");
    await recordPastRuns(
      site.client,
      [3, 2, 1].map((hours, index) => ({
        flowId,
        name: `churn-${index}`,
        ago: hours * 3600,
        took: 5,
        state: "FAILED" as const,
        message: `loss is NaN in round ${index}`,
      })),
    );
    await recordPastRuns(site.client, [
      { flowId, name: "other-owl", ago: 600, took: 5, state: "FAILED", message: "out of memory" },
    ]);
  });

  test.each([
    ["the dashboard", () => "/dashboard"],
    ["the page of their flow", () => `/flows/flow/${flowId}`],
  ])("are one row on %s, which leads to exactly these runs", async (_, path) => {
    const { page, problems, close } = await site.open(path());
    const failures = page.locator("section", { has: page.getByRole("heading", { name: "Failures" }) });
    await failures.getByText("loss is NaN in round …").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await failures.getByRole("link", { name: /^3 runs of train-churn that failed alike/ }).click();
    await page.getByRole("button", { name: /^Same failure/ }).waitFor();
    await page.getByText("3 runs", { exact: true }).waitFor();
    await page.getByRole("row", { name: /churn-0/ }).waitFor();
    expect(await page.getByRole("row", { name: /other-owl/ }).count()).toBe(0);
    await page.getByRole("button", { name: /^Same failure/ }).click();
    await page.getByRole("row", { name: /other-owl/ }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});
