import { randomId } from "@ostinato/core";
import { importFlowRuns } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "nightly-lake");
});

afterAll(() => site.close());

const tree = (page: Page) => page.getByRole("tree", { name: "Task runs over time" });
const item = (page: Page, name: RegExp) => tree(page).getByRole("treeitem", { name });
const runLine = (page: Page) => page.getByRole("img", { name: /^The run itself/ });
const fact = (page: Page, name: string) =>
  page.locator("header dl > div").filter({ has: page.getByText(name, { exact: true }) });

interface ToldState {
  readonly type: "PENDING" | "RUNNING" | "PAUSED" | "SCHEDULED" | "COMPLETED" | "FAILED" | "CRASHED";
  readonly name?: string;
  /** Seconds after the first state, an hour ago. */
  readonly at: number;
}

async function pastRun(name: string, states: readonly ToldState[]): Promise<string> {
  const id = randomId();
  const zero = Date.now() - 3_600_000;
  const told = states.map(({ at, ...state }) => ({ ...state, timestamp: new Date(zero + at * 1000).toISOString() }));
  await site.client.call(importFlowRuns, { body: { flow_runs: [{ id, flow_id: flowId, name, states: told }] } });
  return id;
}

describe("the time of a run", () => {
  test("that was paused is the time it was running, in its header, on its line and in the list", async () => {
    const id = await pastRun("happy-owl", [
      { type: "PENDING", at: 0 },
      { type: "RUNNING", at: 0.5 },
      { type: "PAUSED", at: 4.5 },
      { type: "RUNNING", at: 749.5 },
      { type: "COMPLETED", at: 752.1 },
    ]);
    await recordTasks(site.client, id, [{ name: "ask", start: -3540, took: 1 }]);
    const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
    await fact(page, "Ran").getByText("6.6 s · waited 12 m 25 s").waitFor();
    expect(await runLine(page).getAttribute("aria-label")).toBe(
      "The run itself: pending 500 ms, running 4.0 s, waiting for a person 12 m 25 s, running 2.6 s, completed",
    );
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.goto(`${site.origin}/runs?q=happy-owl`);
    await page
      .getByRole("row", { name: /happy-owl/ })
      .getByText("6.6 s")
      .waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("that was retried shows the wait between its attempts", async () => {
    const id = await pastRun("fleet-alpaca", [
      { type: "RUNNING", at: 0 },
      { type: "SCHEDULED", name: "AwaitingRetry", at: 3 },
      { type: "RUNNING", name: "Retrying", at: 843 },
      { type: "FAILED", at: 846.2 },
    ]);
    const { page, close } = await site.open(`/runs/flow-run/${id}?attempt=all`);
    await fact(page, "Ran").getByText("6.2 s · waited 14 m 00 s").waitFor();
    await page.getByText("No task was called in this run").waitFor();
    expect(await runLine(page).getAttribute("aria-label")).toBe(
      "The run itself: running 3.0 s, awaiting retry 14 m 00 s, retrying 3.2 s, failed",
    );
    await page
      .getByText("Nothing ran in the hatched time, which is drawn shorter: 14 m 00 s between attempts 1 and 2.")
      .waitFor();
    await page.getByRole("button", { name: "Draw waits to scale" }).click();
    await page.getByText("Waits take most of the picture: 14 m 00 s between attempts 1 and 2.").waitFor();
    await page.getByRole("button", { name: "Draw waits shorter" }).click();
    await page.getByText(/^Nothing ran in the hatched time/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });

  test("that took less than the wait before it is drawn larger than that wait", async () => {
    const id = await pastRun("short-stoat", [
      { type: "PENDING", at: 0 },
      { type: "RUNNING", at: 20 },
      { type: "COMPLETED", at: 21 },
    ]);
    await recordTasks(site.client, id, [{ name: "count", start: -3519.8, took: 0.5 }]);
    const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
    await page.getByText("Nothing ran in the hatched time, which is drawn shorter: 20.0 s before the start.").waitFor();
    const bar = item(page, /count/);
    const box = await bar.boundingBox();
    if (box === null) throw new Error("the task has no line");
    // The middle of the picture is within the second that the run took.
    await page.mouse.move(box.x + box.width * 0.62, box.y + box.height / 2);
    await page.getByText(/^\+\d+ ms · /).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("that crashed ends at its last sign of life, and says by the reader's clock when that was noticed", async () => {
    const run = await startRun(site.client, { flowId, name: "crashed-crow" });
    await recordTasks(site.client, run.id, [{ name: "work", start: 60, took: 1 }]);
    const [last, noticed] = [new Date(2026, 10, 28, 5, 28, 36), new Date(2026, 10, 28, 5, 29, 56)];
    await run.end(
      "CRASHED",
      `No sign of life of its process since ${last.toISOString()}: it died. The server noticed it at ${noticed.toISOString()}.`,
    );
    const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
    const why = page.getByRole("region", { name: "Why it failed" });
    await why.getByText(/since 28 Nov.*, 05:28:36: it died\. The server noticed it at 28 Nov.*, 05:29:56\./).waitFor();
    expect(await runLine(page).getAttribute("aria-label")).toMatch(/running .*, crashed$/);
    await close();
  });

  test("that is running counts, and its line with it", async () => {
    const run = await startRun(site.client, { flowId, name: "counting" });
    await recordTasks(site.client, run.id, [{ name: "work", start: 60, took: 0, state: "RUNNING" }]);
    const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
    await fact(page, "Running for").waitFor();
    expect(await runLine(page).getAttribute("aria-label")).toMatch(/^The run itself: .*running /);
    await run.end("COMPLETED");
    await fact(page, "Ran").waitFor();
    await close();
  });
});

describe("two thousand mapped runs of which one failed", () => {
  let id: string;
  let failed: string;
  beforeAll(async () => {
    const run = await startRun(site.client, { flowId, name: "tiles-2000" });
    id = run.id;
    failed = randomId();
    await recordTasks(site.client, id, [
      ...Array.from({ length: 2000 }, (_, at) => ({
        ...(at === 1234 ? { id: failed, state: "FAILED" as const, message: "HTTP 503 for tile 1234" } : {}),
        name: `tile ${at}`,
        key: "fetch tile-0a1b2c3d",
        start: 60 + Math.floor(at / 20) * 0.1,
        took: 0.1,
      })),
      { name: "mosaic-0", key: "mosaic-0a1b2c3d", start: 70, took: 0, state: "PENDING" },
    ]);
    await run.end("FAILED", "Task 'tile 1234' failed: HTTP 503 for tile 1234");
  });

  test("are one line by the name of their task, and say it in words", async () => {
    const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
    await item(page, /fetch tile × 2,000 · 1 failed/).waitFor();
    await fact(page, "Tasks").getByText("1 failed · 1 not started · 1,999 done").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const [first, second] = [tree(page).getByRole("treeitem").nth(0), tree(page).getByRole("treeitem").nth(1)];
    expect(await first.getAttribute("aria-expanded")).toBe("true");
    expect(await second.textContent()).toContain("tile 1234");
    await tree(page).focus();
    for (const key of ["Home", "ArrowLeft"]) await page.keyboard.press(key);
    await item(page, /^Pending mosaic/).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("have a red part in the bars of the header and of the list", async () => {
    const { page, close } = await site.open("/runs?q=tiles-2000");
    const narrow = page.getByRole("row", { name: /tiles-2000/ });
    await narrow.getByText("1 failed", { exact: true }).waitFor();
    const redWidths = () =>
      page.locator("[style*='--state-failed']").evaluateAll((all) =>
        all
          .map((one) => one.getBoundingClientRect())
          .filter(({ height }) => height > 0 && height < 8)
          .map(({ width }) => width),
      );
    expect(Math.max(...(await redWidths()))).toBeGreaterThanOrEqual(3);
    await page.goto(`${site.origin}/runs/flow-run/${id}`);
    await fact(page, "Tasks").waitFor();
    expect(Math.max(...(await redWidths()))).toBeGreaterThanOrEqual(3);
    await close();
  });

  test("can be narrowed to what failed, by an address that can be shared", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    await item(page, /fetch tile × 2,000/).waitFor();
    await page.getByRole("radiogroup", { name: "Show" }).getByRole("radio", { name: "1 failed" }).click();
    await item(page, /tile 1234/).waitFor();
    expect(await tree(page).getByRole("treeitem").count()).toBe(1);
    expect(new URL(page.url()).searchParams.get("only")).toBe("failed");
    await page.reload();
    await item(page, /tile 1234/).waitFor();
    await page.getByRole("radio", { name: "All" }).click();
    await item(page, /fetch tile × 2,000/).waitFor();
    await close();
  });

  test("tell their rows apart by the time since the start of the run", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}?tab=tasks`);
    await page
      .getByRole("table", { name: "Task runs" })
      .getByText(/^[+−]\d+(\.\d\d)? m?s$/)
      .first()
      .waitFor();
    await close();
  });
});
