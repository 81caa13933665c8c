import { randomId } from "@ostinato/core";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordLogs, recordPastRuns, recordTasks, startRun } from "./fixtures.ts";
import { openSearch } from "./search.ts";
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
    const line = page.getByRole("treeitem", { name: /download part/ });
    await line.waitFor();
    expect(await line.getAttribute("aria-level")).toBe("3");
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
    await (await openSearch(page)).fill("hazel");
    await page.getByText("nightly-lake · HTTP 503").waitFor();
    await close();
  });
});

describe("the panel of a run with three failed tasks among many", () => {
  let id: string;
  const failed = [randomId(), randomId(), randomId()];
  beforeAll(async () => {
    const flowId = await createFlowNamed(site.client, "tiles");
    const run = await startRun(site.client, { flowId, name: "mapped-mole" });
    id = run.id;
    await recordTasks(
      site.client,
      id,
      Array.from({ length: 40 }, (_, index) => {
        const place = [3, 17, 31].indexOf(index);
        const name = `tile-${index}`;
        return place < 0
          ? { name, key: "tile-1adec0a0", start: index, took: 1 }
          : {
              ...{ id: failed[place] ?? "", name, key: "tile-1adec0a0", start: index, took: 1 },
              ...{ state: "FAILED" as const, message: `no tile ${index}` },
            };
      }),
    );
    await recordLogs(site.client, id, [
      { message: "fetching tile 3", taskRunId: failed[0] ?? "", ago: 30 },
      { message: "no such tile", level: 40, taskRunId: failed[0] ?? "", ago: 29 },
    ]);
    await run.end("FAILED", "3/40 states failed.");
  });

  test.each(["light", "dark"] as const)(
    "is as high as the window and begins with the log, in %s",
    async (colorScheme) => {
      const { page, problems, close } = await site.open(`/runs/flow-run/${id}?task=${failed[0]}`, { colorScheme });
      const panel = page.getByRole("complementary", { name: "Selected task run" });
      await panel.getByRole("log").getByText("no such tile").waitFor();
      const box = await panel.boundingBox();
      expect([box?.y, (box?.y ?? 0) + (box?.height ?? 0)]).toEqual([44, 900]);
      expect(await panel.getByRole("tab", { selected: true }).textContent()).toBe("Log");
      expect(await panel.getByRole("log").getByRole("time").count()).toBe(0);
      const failure = await page.getByRole("region", { name: "Why it failed" }).boundingBox();
      expect(failure?.height).toBeLessThan(44);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    },
  );

  test("goes from failed task to failed task by j and k, and back to where it was opened", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    const inAddress = () => new URL(page.url()).searchParams.get("task");
    const panel = page.getByRole("complementary", { name: "Selected task run" });
    await page.getByRole("navigation", { name: "Where it failed" }).getByRole("link", { name: "tile-3" }).click();
    await panel.getByRole("heading", { name: "tile-3" }).waitFor();
    await page.keyboard.press("j");
    await panel.getByRole("heading", { name: "tile-17" }).waitFor();
    await panel.getByText("2 of 3 failed").waitFor();
    expect(inAddress()).toBe(failed[1]);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await panel.getByRole("heading", { name: "tile-3" }).waitFor();
    await page.keyboard.press("k");
    await panel.getByRole("heading", { name: "tile-31" }).waitFor();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "hidden" });
    await close();
  });

  test("is made wider by keyboard and mouse, which the browser remembers", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}?task=${failed[0]}`);
    const panel = page.getByRole("complementary", { name: "Selected task run" });
    const width = async () => (await panel.boundingBox())?.width ?? 0;
    const edge = page.getByRole("separator", { name: "Width of the panel" });
    await edge.waitFor();
    const before = await width();
    await edge.focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(width).toBe(before + 24);
    const box = await edge.boundingBox();
    if (box === null) throw new Error("The edge is not shown.");
    await page.mouse.move(box.x + 4, 400);
    await page.mouse.down();
    await page.mouse.move(box.x - 96, 400);
    await page.mouse.up();
    await expect.poll(width).toBe(before + 124);
    await page.reload();
    await edge.waitFor();
    expect(await width()).toBe(before + 124);
    await close();
  });

  test("is all of the screen of a phone", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}?task=${failed[0]}`, {
      viewport: { width: 390, height: 780 },
    });
    const panel = page.getByRole("complementary", { name: "Selected task run" });
    await panel.getByRole("log").getByText("no such tile").waitFor();
    expect(await panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 780 });
    expect(await accessibilityProblems(page)).toEqual([]);
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
    await failures.getByRole("link", { name: /^3 runs of train-churn that failed the same way/ }).click();
    await page.getByRole("button", { name: /^Same failure/ }).waitFor();
    await page.getByText("3 runs", { exact: true }).waitFor();
    await page.getByRole("row", { name: /churn-0/ }).waitFor();
    expect(await page.getByRole("row", { name: /other-owl/ }).count()).toBe(0);
    await page.getByRole("button", { name: /^Same failure/ }).click();
    await page.getByRole("row", { name: /other-owl/ }).waitFor();
    await page.goto(site.origin + path());
    // The whole row is the link, which lies above its words.
    await failures.getByText("out of memory").click({ force: true });
    await page.getByRole("heading", { name: "other-owl" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});
