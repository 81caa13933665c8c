import { randomId } from "@ostinato/core";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, leaveArtifact, type RecordedTask, recordLogs, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "train");
});

afterAll(() => site.close());

const tree = (page: Page) => page.getByRole("tree", { name: "Task runs over time" });

describe("a failed run", () => {
  let id: string;
  let failedTask: string;
  beforeAll(async () => {
    const run = await startRun(site.client, { flowId, name: "failed-fox" });
    id = run.id;
    const [read, fit] = [randomId(), randomId()];
    failedTask = fit;
    const table = { columns: ["month", "rows"], rows: [["2021-01", 76518]], row_count: 1 };
    const preview = (kind: string, value: unknown) => ({ kind, size_bytes: 10, truncated: false, value });
    await recordTasks(site.client, id, [
      {
        id: read,
        name: "read-month",
        start: 0,
        took: 3,
        values: { result: { format: "devalue", data: '["76518 rows"]', preview: preview("scalar", "76518 rows") } },
      },
      {
        id: fit,
        name: "fit-model",
        start: 3,
        took: 2,
        state: "FAILED",
        message: "There is no column called distance",
        attempts: 3,
        parents: [read],
        values: {
          inputs: [
            { name: "months", preview: preview("table", table) },
            { name: "depth", preview: preview("scalar", 6) },
          ],
        },
      },
    ]);
    await recordLogs(site.client, id, [
      { message: "reading 2021-01", taskRunId: read },
      { message: "There is no column called distance", level: 40, taskRunId: fit },
    ]);
    await leaveArtifact(site.client, { key: "plan", type: "markdown", data: "# The plan", flowRunId: id });
    await run.end("FAILED", "Task 'fit-model' failed: There is no column called distance");
  });

  test("says why at first sight, with the task and its last lines", async () => {
    const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
    const why = page.getByRole("region", { name: "Why it failed" });
    await why.waitFor();
    expect(await why.textContent()).toContain("There is no column called distance");
    expect(await why.getByRole("link", { name: "fit-model" }).isVisible()).toBe(true);
    const place = await why.boundingBox();
    expect((place?.y ?? 0) + (place?.height ?? 0)).toBeLessThan(500);
    expect(await page.getByRole("heading", { name: "failed-fox" }).isVisible()).toBe(true);
    await tree(page)
      .getByRole("treeitem", { name: /fit-model/ })
      .waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  test("shows the inputs of a task beside the timeline, by an address that can be shared", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    await tree(page)
      .getByRole("treeitem", { name: /fit-model/ })
      .click();
    const panel = page.getByRole("complementary", { name: "Selected task run" });
    await panel.getByRole("tab", { name: "Overview" }).click();
    await panel.getByText("months").waitFor();
    expect(await panel.getByRole("cell", { name: "76518" }).isVisible()).toBe(true);
    expect(await panel.getByText("depth").isVisible()).toBe(true);
    expect(new URL(page.url()).searchParams.get("task")).toBe(failedTask);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.reload();
    await panel.getByText("months").waitFor();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "hidden" });
    await close();
  });

  test("walks through the timeline by keyboard", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    await tree(page)
      .getByRole("treeitem", { name: /read-month/ })
      .waitFor();
    await tree(page).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary").getByRole("heading", { name: "fit-model" }).waitFor();
    await close();
  });

  test("draws what depends on what", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}?view=graph`);
    const graph = page.getByRole("list", { name: "Task runs and their dependencies" });
    const from = await graph.getByRole("button", { name: /read-month/ }).boundingBox();
    const to = await graph.getByRole("button", { name: /fit-model/ }).boundingBox();
    expect(from?.x).toBeLessThan(to?.x ?? 0);
    await graph.getByRole("button", { name: /fit-model/ }).click();
    await page.getByRole("complementary").getByRole("heading", { name: "fit-model" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });

  test("has every tab in its address, and nothing that axe finds", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    const shown: Readonly<Record<string, string>> = {
      "Task runs": "fit-model",
      Artifacts: "The plan",
      Parameters: "month",
      Results: "read-month",
      Details: "Time running",
      Events: "failed",
    };
    for (const [tab, text] of Object.entries(shown)) {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByRole("tabpanel").getByText(text, { exact: false }).first().waitFor();
      expect(await accessibilityProblems(page, "[role=tabpanel]")).toEqual([]);
    }
    expect(new URL(page.url()).searchParams.get("tab")).toBe("events");
    await page.goBack();
    await page.getByRole("tab", { name: "Details", selected: true }).waitFor();
    await close();
  });

  test("lists the results of its tasks, each with where it is kept, and opens them", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}?tab=result`);
    const ofTasks = page.getByRole("region", { name: "Results of tasks" });
    const row = ofTasks.getByRole("button", { name: "read-month" });
    await row.click();
    expect(await row.textContent()).toMatch(/scalar.*in the database/);
    await ofTasks.getByText("76518 rows").waitFor();
    expect(await accessibilityProblems(page, "[role=tabpanel]")).toEqual([]);
    await ofTasks.getByRole("searchbox", { name: "Filter by task name" }).fill("fit");
    await ofTasks.getByText("No task of this name has returned a result.").waitFor();
    await ofTasks.getByRole("searchbox", { name: "Filter by task name" }).fill("MONTH");
    await row.waitFor();
    await close();
  });

  test("says where a result outside the database is: in a file of some machine, or in a store", async () => {
    const run = await startRun(site.client, { flowId, name: "far-falcon" });
    const preview = { kind: "scalar", size_bytes: 9, truncated: false, value: "rows" };
    const keptAt = (location: string) => ({ result: { format: "devalue", data: null, location, preview } });
    await recordTasks(site.client, run.id, [
      { name: "near", start: 0, took: 1, values: keptAt("local:ab/3f0ab") },
      { name: "far", start: 1, took: 1, values: keptAt("s3://bucket/results/3f0ab") },
    ]);
    const { page, close } = await site.open(`/runs/flow-run/${run.id}?tab=result`);
    const ofTasks = page.getByRole("region", { name: "Results of tasks" });
    const near = ofTasks.getByRole("button", { name: "near" });
    expect(await near.textContent()).toMatch(/in a file/);
    await near.click();
    await ofTasks.getByText("Kept in a file on the machine that made it (local:ab/3f0ab).").waitFor();
    const far = ofTasks.getByRole("button", { name: "far" });
    expect(await far.textContent()).toMatch(/in s3/);
    await far.click();
    await ofTasks.getByText("Kept at s3://bucket/results/3f0ab.").waitFor();
    await close();
  });

  test("shows older events when asked, and new ones as they happen", async () => {
    const run = await startRun(site.client, { flowId, name: "eventful" });
    const tasks = (count: number, name: string): RecordedTask[] =>
      Array.from({ length: count }, (_, index) => ({ name: `${name}-${index}`, start: index / 10, took: 1 }));
    await recordTasks(site.client, run.id, tasks(120, "step"));
    const { page, close } = await site.open(`/runs/flow-run/${run.id}?tab=events`);
    const panel = page.getByRole("tabpanel");
    const events = panel.getByRole("listitem");
    await panel.getByText("The newest 50 of").waitFor();
    expect(await events.count()).toBe(50);
    await panel.getByRole("button", { name: "Show older" }).click();
    await panel.getByText("The newest 100 of").waitFor();
    expect(await events.count()).toBe(100);
    await panel.getByRole("button", { name: "Show older" }).click();
    await panel.getByRole("button", { name: "Show older" }).waitFor({ state: "hidden" });
    const all = await events.count();
    expect(all).toBeGreaterThanOrEqual(120);
    await run.end("COMPLETED");
    await panel.getByText("Flow run eventful completed").waitFor();
    expect(await events.count()).toBe(all + 1);
    expect(await events.first().textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}Flow run eventful completed/);
    await events.first().getByRole("button").click();
    await panel.getByText("prefect.flow-run.Completed", { exact: true }).waitFor();
    await panel.getByRole("radio", { name: "Flow runs" }).click();
    await panel.getByText("Task run step-119 completed").waitFor({ state: "detached" });
    await panel.getByText("Flow run eventful started").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });

  test("offers to run it again where it was started", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    await page.getByRole("button", { name: "Retry" }).click();
    const dialog = page.getByRole("dialog", { name: "Retry failed-fox" });
    await dialog.getByText("npx --no ostinato run", { exact: false }).waitFor();
    await dialog.getByRole("radio", { name: "With other parameters" }).click();
    await dialog.getByRole("textbox", { name: "Parameters, as JSON" }).fill('{"month": "it\'s May"}');
    await dialog.getByText(`-P '{"month":"it'\\''s May"}'`, { exact: false }).waitFor();
    await dialog.getByRole("textbox").fill("{");
    await dialog.getByRole("alert").waitFor();
    await close();
  });

  test("has a page for each task run", async () => {
    const { page, problems, close } = await site.open(`/runs/task-run/${failedTask}`);
    await page.getByRole("heading", { name: "fit-model" }).waitFor();
    await page.getByRole("log").getByText("There is no column").waitFor();
    expect(await page.getByRole("link", { name: "read-month" }).isVisible()).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
});

describe("a run of many tasks", () => {
  const manyTasks = async (count: number) => {
    const run = await startRun(site.client, { flowId, name: `many-${count}` });
    const source = randomId();
    const tasks: RecordedTask[] = Array.from({ length: count - 1 }, (_, index) => ({
      name: `read-${index}`,
      key: "read",
      start: 1 + Math.floor(index / 20) * 0.01,
      took: 0.01,
      state: index === 500 ? "FAILED" : "COMPLETED",
      parents: [source],
    }));
    await recordTasks(site.client, run.id, [{ id: source, name: "list", start: 0, took: 1 }, ...tasks]);
    await run.end("COMPLETED");
    return run.id;
  };

  test.each([1000, 10_000])("of %i is gathered by task, opened, searched and drawn", async (count) => {
    const id = await manyTasks(count);
    const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
    const group = tree(page).getByRole("treeitem", {
      name: new RegExp(`read × ${(count - 1).toLocaleString("en-GB")}`),
    });
    await group.waitFor();
    await tree(page).focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => tree(page).getAttribute("aria-activedescendant")).toBe("timeline-group:read");
    await page.keyboard.press("ArrowRight");
    await tree(page)
      .getByRole("treeitem", { name: /read-3/ })
      .waitFor();
    expect(await tree(page).getByRole("treeitem").count()).toBeLessThan(60);
    await page.keyboard.press("End");
    await tree(page)
      .getByRole("treeitem", { name: new RegExp(`read-${count - 2}`) })
      .waitFor();
    await page.getByRole("tab", { name: "Task runs" }).click();
    await page.getByRole("searchbox", { name: "Filter by name" }).fill("read-500");
    await expect
      .poll(() => page.getByRole("tabpanel").getByRole("link", { name: "read-500", exact: true }).isVisible())
      .toBe(true);
    await page.getByRole("radio", { name: "Graph" }).click();
    await page.getByRole("button", { name: /read × /, expanded: false }).click();
    await page.getByRole("slider", { name: "Runs of read" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});

describe("a long log", () => {
  test("of 100,000 lines opens at the failure and goes anywhere", async () => {
    const run = await startRun(site.client, { flowId, name: "talkative" });
    const lines = Array.from({ length: 100_000 }, (_, index) => ({
      message: index === 70_000 ? "it broke here" : `line ${index + 1}`,
      level: index === 70_000 ? 40 : 20,
    }));
    await recordLogs(site.client, run.id, lines);
    await run.end("FAILED", "it broke");
    const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
    const log = page.getByRole("log");
    await log.getByText("it broke here").waitFor();
    await log.getByText("line 70000").waitFor();
    await log.evaluate((box) => box.scrollTo({ top: 0 }));
    await log.getByText("line 1", { exact: true }).waitFor();
    await log.evaluate((box) => box.scrollTo({ top: box.scrollHeight / 2 }));
    await log
      .getByText(/^line 500\d\d$/)
      .first()
      .waitFor();
    expect(await log.getByRole("button", { name: /Link to line/ }).count()).toBeLessThan(150);
    await page.getByRole("button", { name: "First error" }).click();
    await log.getByText("it broke here").waitFor();
    await page.getByRole("searchbox", { name: "Filter the log" }).fill("line 99999");
    await page.getByText("1 line", { exact: true }).waitFor();
    await page.goto(`${site.origin}/runs/flow-run/${run.id}?line=4321`);
    await log.getByText("line 4321", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});

describe("a run in progress", () => {
  test("changes before one's eyes: tasks, lines, state", async () => {
    const run = await startRun(site.client, { flowId, name: "live-lynx" });
    const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
    await page.getByText("No task has been called yet", { exact: false }).waitFor();
    const task = randomId();
    await recordTasks(site.client, run.id, [{ id: task, name: "first-step", start: 0, took: 0, state: "RUNNING" }]);
    await tree(page)
      .getByRole("treeitem", { name: /Running first-step/ })
      .waitFor();
    await recordTasks(site.client, run.id, [{ id: task, name: "first-step", start: 0, took: 2 }]);
    await tree(page)
      .getByRole("treeitem", { name: /Completed first-step/ })
      .waitFor();
    await recordLogs(site.client, run.id, [{ message: "written just now" }]);
    await page.getByRole("log").getByText("written just now").waitFor();
    await leaveArtifact(site.client, { key: "live", type: "markdown", data: "# Left just now", flowRunId: run.id });
    await page.getByRole("tab", { name: /Artifacts 1/ }).click();
    await page.getByRole("heading", { name: "Left just now" }).waitFor();
    await run.end("COMPLETED");
    await page.getByRole("button", { name: "Retry" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("appears in the list at once, and counts as new when one has scrolled", async () => {
    const { page, close } = await site.open("/runs");
    await page.getByRole("link", { name: "failed-fox", exact: true }).waitFor();
    await startRun(site.client, { flowId, name: "newcomer" });
    await page.getByRole("link", { name: "newcomer", exact: true }).waitFor();
    await close();
  });

  test("is asked to stop, after saying what that means", async () => {
    const run = await startRun(site.client, { flowId, name: "to-cancel" });
    const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page
      .getByRole("dialog", { name: "Cancel to-cancel" })
      .getByRole("button", { name: "Cancel the run" })
      .click();
    await page.getByRole("button", { name: "Cancelling" }).waitFor();
    const why = page.getByRole("region", { name: "Why it was cancelled" });
    await why.getByText("Cancelled from the web pages.").waitFor();
    await why.getByText(/^Asked \d+ s ago; its process has not ended yet\.$/).waitFor();
    await close();
  });

  test("that was cancelled says why once", async () => {
    const run = await startRun(site.client, { flowId, name: "not-needed" });
    await run.end("CANCELLED", "nobody needs it");
    const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
    await page.getByRole("region", { name: "Why it was cancelled" }).getByText("nobody needs it").waitFor();
    expect(await page.getByText("nobody needs it").count()).toBe(1);
    await close();
  });
});
