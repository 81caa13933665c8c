import { randomId } from "@ostinato/core";
import { keepParameterSchema } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, type RecordedTask, recordLogs, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "odd");
});

afterAll(() => site.close());

const tree = (page: Page) => page.getByRole("tree", { name: "Task runs over time" });
const item = (page: Page, name: RegExp) => tree(page).getByRole("treeitem", { name });
const scrollsSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** Two attempts: the first was told to wait. */
const retried = (id: string): readonly RecordedTask[] => [
  { id, name: "fetch-0", start: 0, took: 0, state: "RUNNING", attempts: 1 },
  { id, name: "fetch-0", start: 0, took: 1, state: "SCHEDULED", stateName: "AwaitingRetry", message: "busy" },
  { id, name: "fetch-0", start: 3, took: 0, state: "RUNNING", stateName: "Retrying", attempts: 2 },
  { id, name: "fetch-0", start: 3, took: 2, attempts: 2 },
];

test("subflows open within each other, and change while one looks", async () => {
  const run = await startRun(site.client, { flowId, name: "outer" });
  const [call, inner, deep] = [randomId(), randomId(), randomId()];
  await recordTasks(site.client, run.id, [{ id: call, name: "call-0", start: 0, took: 0, state: "RUNNING" }]);
  const child = await startRun(site.client, { flowId, name: "child", parentTaskRunId: call });
  await recordTasks(site.client, child.id, [{ id: inner, name: "again-0", start: 1, took: 0, state: "RUNNING" }]);
  const grandchild = await startRun(site.client, { flowId, name: "grandchild", parentTaskRunId: inner });
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  await item(page, /odd · child/).waitFor();
  await tree(page).focus();
  await page.keyboard.press("ArrowRight");
  await item(page, /odd · grandchild/).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await tree(page).locator("[aria-level='2'][aria-expanded=true]").waitFor();
  await recordTasks(site.client, grandchild.id, [{ id: deep, name: "deepest", start: 2, took: 0, state: "RUNNING" }]);
  // What is told before the page listens is read, what is told after it comes by itself.
  await item(page, /Running deepest/).waitFor();
  await recordTasks(site.client, grandchild.id, [{ id: deep, name: "deepest", start: 2, took: 1 }]);
  await item(page, /Completed deepest/).waitFor();
  await child.end("COMPLETED");
  await item(page, /Completed odd · child/).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("a traceback of Python is shown from its end, with what led to the exception", async () => {
  const run = await startRun(site.client, { flowId, name: "python" });
  const heading = "Traceback (most recent call last):";
  const frames = Array.from({ length: 60 }, (_, line) => `  File "/home/ada/flow.py", line ${line}, in again`);
  const link = "During handling of the above exception, another exception occurred:";
  const chain = [heading, ...frames, "KeyError: 'a'", "", link, "", heading, ...frames, "ValueError: no column"].join(
    "\n",
  );
  await recordLogs(site.client, run.id, [{ level: 40, message: `Encountered exception during execution:\n${chain}` }]);
  await run.end("FAILED", "Flow run encountered an exception: ValueError: no column");
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  const box = page.getByRole("region", { name: "Why it failed" });
  await box.getByText("ValueError: no column (while handling: KeyError: 'a')").waitFor();
  const lines = await box.getByRole("list", { name: "The last lines of its log" }).textContent();
  expect(lines).toMatch(/…\n.*line 59, in again\nValueError: no column$/);
  await box.getByRole("button", { name: "Whole stack" }).click();
  const scrolled = await box.locator("pre").evaluate((element) => ({
    isDown: element.scrollTop > 0,
    left: element.scrollHeight - element.clientHeight - element.scrollTop,
  }));
  expect(scrolled.isDown).toBe(true);
  expect(scrolled.left).toBeLessThan(2);
  expect(problems).toEqual([]);
  await close();
});

test("of a stack the frames of Ostinato and Node.js are counted, and shown on demand", async () => {
  const run = await startRun(site.client, { flowId, name: "thrown" });
  const error_stack = [
    "Error: no number: x",
    "    at parse (/home/ada/flow.ts:2:46)",
    "    at async #run (file:///home/ada/node_modules/ostinato/dist/index.js:273:38)",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
  ].join("\n");
  await run.end("FAILED", "no number: x", { error_stack });
  const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
  const box = page.getByRole("region", { name: "Why it failed" });
  await box.getByRole("button", { name: "Stack" }).click();
  const stack = box.locator("pre");
  await stack.getByText("at parse").waitFor();
  expect(await stack.textContent()).toMatch(/parse \(.*\n {4}… and 2 of Ostinato and Node.js$/);
  await box.getByRole("button", { name: "All frames" }).click();
  await stack.getByText("node:internal").waitFor();
  expect(await stack.textContent()).toBe(error_stack);
  await close();
});

test("an attempt has a line and an address of its own, beside the run and on its page", async () => {
  const run = await startRun(site.client, { flowId, name: "retried" });
  const task = randomId();
  await recordTasks(site.client, run.id, retried(task));
  await run.end("COMPLETED");
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}?task=${task}&attempt=1`);
  const attempts = page.getByRole("region", { name: "Attempts" });
  await attempts.getByRole("row", { name: /1 .*Failed/ }).waitFor();
  expect(await attempts.locator("[aria-current=true]").textContent()).toContain("busy");
  expect(await attempts.getByRole("row", { name: /2 .*Completed/ }).textContent()).toContain("2.0 s");
  expect(await accessibilityProblems(page, "aside")).toEqual([]);
  await page.getByRole("link", { name: "Open as a page" }).click();
  await page.waitForURL(/runs\/task-run/);
  await attempts.getByRole("row", { name: /1 .*Failed/ }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("a task of a group comes into sight by its address", async () => {
  const run = await startRun(site.client, { flowId, name: "grouped" });
  const tasks = Array.from({ length: 200 }, (_, at) => ({ name: `read-${at}`, key: "read", start: at / 100, took: 1 }));
  const ids = await recordTasks(site.client, run.id, tasks);
  await run.end("COMPLETED");
  const { page, close } = await site.open(`/runs/flow-run/${run.id}?task=${ids[150]}`);
  await item(page, /read-150/).waitFor();
  expect(await item(page, /read-150/).getAttribute("aria-selected")).toBe("true");
  await close();
});

test("a phone pinches and drags the timeline, and has the selected task as a sheet", async () => {
  const run = await startRun(site.client, { flowId, name: "fingers" });
  await recordTasks(site.client, run.id, [
    { name: "first", start: 0, took: 30 },
    { name: "second", start: 10, took: 30 },
  ]);
  await run.end("COMPLETED");
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`, phone);
  await item(page, /second/).waitFor();
  const place = await tree(page).boundingBox();
  const [x, y] = [(place?.x ?? 0) + (place?.width ?? 0) * 0.7, (place?.y ?? 0) + 40];
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", apart: number) =>
    fingers.send("Input.dispatchTouchEvent", {
      type,
      touchPoints:
        type === "touchEnd"
          ? []
          : [
              { x: x - apart, y, id: 1 },
              { x: x + apart, y, id: 2 },
            ],
    });
  await touch("touchStart", 10);
  for (const apart of [14, 20, 30, 45]) await touch("touchMove", apart);
  await touch("touchEnd", 45);
  await page.getByRole("button", { name: "Show everything" }).click();
  await page.getByRole("button", { name: "Show everything" }).waitFor({ state: "hidden" });
  await item(page, /second/).click({ position: { x: 60, y: 14 } });
  await page.getByRole("complementary", { name: "Selected task run" }).getByText("Inputs").waitFor();
  expect(await scrollsSideways(page)).toBe(false);
  await page.getByRole("button", { name: "Close the panel" }).click();
  expect(problems).toEqual([]);
  await close();
});

test.each(["light", "dark"] as const)(
  "names of 500 characters in any script, and an error of megabytes (%s)",
  async (colorScheme) => {
    const name = `${"长名字".repeat(80)} مرحبا بالعالم 🚀 ${"x".repeat(200)}`;
    const run = await startRun(site.client, { flowId, name });
    await recordTasks(site.client, run.id, [{ name: `${"задача ".repeat(60)}-7`, key: "task", start: 0, took: 1 }]);
    await recordLogs(site.client, run.id, [{ message: `${"y".repeat(900_000)}`, level: 40 }, { message: "שלום" }]);
    await run.end("FAILED", `line one\n${"z".repeat(900_000)}`);
    const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`, {
      viewport: { width: 390, height: 844 },
      colorScheme,
    });
    const why = page.getByRole("region", { name: "Why it failed" });
    await why.getByRole("button", { name: /Show all [\d,]+ characters/ }).waitFor();
    await page
      .getByRole("log")
      .getByRole("button", { name: /show more of [\d,]+ characters/ })
      .waitFor();
    await item(page, /задача/).waitFor();
    expect(await scrollsSideways(page)).toBe(false);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  },
);

test("a link to a line brings one there; the keys go on from it", async () => {
  const run = await startRun(site.client, { flowId, name: "linked" });
  await recordLogs(
    site.client,
    run.id,
    Array.from({ length: 2000 }, (_, at) => ({ message: `row ${at + 1}` })),
  );
  await run.end("COMPLETED");
  const { page, close } = await site.open(`/runs/flow-run/${run.id}?line=1200&text=row`);
  const line = page.getByRole("log").getByText("row 1200", { exact: true });
  await line.waitFor();
  await expect.poll(() => line.evaluate((one) => one.getBoundingClientRect().bottom < innerHeight)).toBe(true);
  await page.getByRole("log").press("j");
  await expect.poll(() => new URL(page.url()).searchParams.get("line")).toBe("1201");
  expect(new URL(page.url()).searchParams.get("text")).toBe("row");
  await close();
});

test("a paused run says what frees it, and is resumed", async () => {
  const run = await startRun(site.client, { flowId, name: "paused" });
  await run.end("PAUSED");
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  const box = page.getByRole("region", { name: "What it waits for" });
  await box.getByRole("heading", { name: "The run waits to be resumed" }).waitFor();
  await box.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("region", { name: "What it waits for" }).waitFor({ state: "hidden" });
  expect(problems).toEqual([]);
  await close();
});

test("other parameters are a form where the flow tells their schema, and JSON at will", async () => {
  const own = await createFlowNamed(site.client, "described");
  const schema = {
    type: "object",
    required: ["month"],
    properties: {
      month: { type: "string", title: "Month", description: "Which flights" },
      depth: { type: "integer", maximum: 12, default: 6 },
      model: { enum: ["trees", "linear"], default: "trees" },
    },
  };
  await site.client.call(keepParameterSchema, { params: { id: own }, body: { schema } });
  const run = await startRun(site.client, { flowId: own, name: "described-run" });
  await run.end("COMPLETED");
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  await page.getByRole("button", { name: "Retry" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry described-run" });
  await dialog.getByRole("radio", { name: "With other parameters" }).click();
  await dialog.getByRole("textbox", { name: /depth/ }).fill("20");
  await page.keyboard.press("Tab");
  await dialog.getByRole("combobox", { name: /model/ }).selectOption("linear");
  await dialog.getByText("At most 12.").waitFor();
  await dialog.getByRole("textbox", { name: /depth/ }).fill("8");
  await dialog.getByText(`-P '{"month":"2021-01","depth":8,"model":"linear"}'`, { exact: false }).waitFor();
  expect(await accessibilityProblems(page, "[role=dialog]")).toEqual([]);
  await dialog.getByRole("radio", { name: "As JSON" }).click();
  expect(await dialog.getByRole("textbox").inputValue()).toContain('"depth": 8');
  expect(problems).toEqual([]);
  await close();
});
