import { randomId } from "@ostinato/core";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, type RecordedTask, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "nightly-lake");
});

afterAll(() => site.close());

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const graph = (page: Page) => page.getByRole("list", { name: "Task runs and their dependencies" });
const box = (page: Page, name: string | RegExp) => graph(page).getByRole("button", { name });

interface Task extends RecordedTask {
  readonly id: string;
}

const task = (
  name: string,
  start: number,
  parents: readonly string[] = [],
  more: Partial<RecordedTask> = {},
): Task => ({
  id: randomId(),
  name: `${name}-0`,
  key: `${name}-1a2b3c4d`,
  start,
  took: 1,
  parents,
  ...more,
});

const chainOf = (names: readonly string[]): Task[] => {
  const tasks: Task[] = [];
  for (const [at, name] of names.entries())
    tasks.push(
      task(
        name,
        at,
        tasks.slice(-1).map(({ id }) => id),
      ),
    );
  return tasks;
};

const letters = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"];

/** The parts of boxes that stand outside of the frame of the graph, and the smallest text, in pixels. */
const measured = (page: Page) =>
  page.evaluate(() => {
    const frame = document.querySelector("[data-graph-frame]")?.getBoundingClientRect();
    const list = document.querySelector('ul[aria-label="Task runs and their dependencies"]');
    if (frame === undefined || list === null) throw new Error("there is no graph");
    const boxes = [...list.querySelectorAll("li")].map((item) => item.getBoundingClientRect());
    const scale = list.getBoundingClientRect().width / (list as HTMLElement).offsetWidth;
    const texts = [...list.querySelectorAll("span, bdi")].map((text) =>
      Number.parseFloat(getComputedStyle(text).fontSize),
    );
    return {
      outside: boxes.filter(
        ({ left, right, top, bottom }) =>
          left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1,
      ).length,
      smallestText: Math.min(...texts) * scale,
      height: frame.height,
    };
  });

const recorded = async (name: string, tasks: readonly RecordedTask[], end: "COMPLETED" | "FAILED" = "COMPLETED") => {
  const run = await startRun(site.client, { flowId, name });
  await recordTasks(site.client, run.id, tasks);
  await run.end(end);
  return run.id;
};

test("a long chain is wrapped into rows, all of it in sight and readable, and runs downwards on a phone", async () => {
  const id = await recorded("long-lark", chainOf(letters));
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}?view=graph`);
  await box(page, /lambda/).waitFor();
  const first = await measured(page);
  expect(first).toMatchObject({ outside: 0 });
  expect(first.smallestText).toBeGreaterThanOrEqual(11);
  expect(first.height).toBeLessThan(400);
  expect(await box(page, /alpha.*Completed.*1\.0 s/).isVisible()).toBe(true);
  expect(await accessibilityProblems(page, "[data-graph-frame]")).toEqual([]);
  await close();

  const small = await site.open(`/runs/flow-run/${id}?view=graph`, phone);
  await box(small.page, /alpha/).waitFor();
  const narrow = await measured(small.page);
  expect(narrow.smallestText).toBeGreaterThanOrEqual(11);
  const [above, below] = [await box(small.page, /alpha/).boundingBox(), await box(small.page, /beta/).boundingBox()];
  expect(below?.y).toBeGreaterThan((above?.y ?? 0) + (above?.height ?? 0));
  // It is higher than its frame: that shows by a faded edge and by the small map.
  expect(await small.page.locator("[data-fade=bottom]").count()).toBe(1);
  expect(await small.page.locator("[data-graph-map]").isVisible()).toBe(true);
  expect(await small.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(problems).toEqual([]);
  await small.close();
});

test("2,000 mapped runs are one box that says in words and in colour that one failed", async () => {
  const list = task("list tiles", 0);
  const tiles = Array.from({ length: 2000 }, (_, at) => ({
    ...task("fetch tile", 1 + Math.floor(at / 20) * 0.1, [list.id]),
    name: `fetch tile-${at}`,
    state: at === 1234 ? ("FAILED" as const) : ("COMPLETED" as const),
  }));
  const id = await recorded("tiles", [list, ...tiles], "FAILED");
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}?view=graph`);
  const group = box(page, /fetch tile × 2,000/);
  await group.waitFor();
  expect(await group.textContent()).toContain("1 failed · 1,999 done");
  const failed = await graph(page).locator("[data-state=FAILED]").boundingBox();
  expect(failed?.width).toBeGreaterThanOrEqual(3);
  await group.click();
  const cells = page.getByRole("slider", { name: "Runs of fetch tile" });
  await cells.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("complementary").getByRole("heading", { name: "fetch tile-1234" }).waitFor();
  expect(await accessibilityProblems(page, "[data-graph-frame]")).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test("a failure in a subflow of a subflow is in sight, and each subflow closes and opens in its place", async () => {
  const top = await startRun(site.client, { flowId, name: "airy-gazelle" });
  const prepare = task("prepare", 0);
  const ingest = task("ingest", 1, [prepare.id], { state: "FAILED" });
  await recordTasks(site.client, top.id, [prepare, ingest]);
  const ingestFlow = await createFlowNamed(site.client, "ingest-lake");
  const middle = await startRun(site.client, { flowId: ingestFlow, name: "brave-boar", parentTaskRunId: ingest.id });
  const load = task("load", 2, [], { state: "FAILED" });
  await recordTasks(site.client, middle.id, [task("list parts", 1), load]);
  const loadFlow = await createFlowNamed(site.client, "load-partition");
  const inner = await startRun(site.client, { flowId: loadFlow, name: "calm-crow", parentTaskRunId: load.id });
  await recordTasks(site.client, inner.id, [task("download part", 2, [], { state: "FAILED" })]);
  for (const run of [inner, middle, top]) await run.end("FAILED", "HTTP 503");

  const { page, problems, close } = await site.open(`/runs/flow-run/${top.id}?view=graph`);
  await box(page, /download part.*Failed/).waitFor();
  const frame = await graph(page)
    .getByRole("listitem")
    .filter({ has: page.getByRole("button", { name: /^load-partition · calm-crow/ }) })
    .boundingBox();
  const failed = await box(page, /download part/).boundingBox();
  expect(failed?.x).toBeGreaterThan(frame?.x ?? Number.POSITIVE_INFINITY);
  expect(failed?.y).toBeGreaterThan((frame?.y ?? 0) + 40);
  expect(await accessibilityProblems(page, "[data-graph-frame]")).toEqual([]);
  await page.getByRole("button", { name: "Tasks of ingest-lake · brave-boar", expanded: true }).click();
  await box(page, /download part/).waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Tasks of ingest-lake · brave-boar", expanded: false }).click();
  await box(page, /download part/).click();
  await page
    .getByRole("complementary")
    .getByRole("heading", { name: /download part/ })
    .waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("what nothing connects stands apart, with a sentence, and names of any script keep their beginning", async () => {
  const [first, second] = chainOf(["Überprüfung", "تحميل البيانات من المستودع الرئيسي في المساء"]);
  if (first === undefined || second === undefined) throw new Error("there are no tasks");
  const id = await recorded("apart", [first, second, task("island one", 0), task("island two", 3)]);
  const { page, close } = await site.open(`/runs/flow-run/${id}?view=graph`);
  await page.getByText("Nothing is known to lead to or from these").waitFor();
  const [chain, island] = [await box(page, /Überprüfung/).boundingBox(), await box(page, /island one/).boundingBox()];
  expect(island?.y).toBeGreaterThan((chain?.y ?? 0) + (chain?.height ?? 0));
  const name = graph(page).getByText("تحميل", { exact: false });
  expect(await name.evaluate((text) => getComputedStyle(text).direction)).toBe("rtl");
  expect(await box(page, /تحميل/).getAttribute("aria-describedby")).not.toBeNull();
  await close();
});

test("placed by time, boxes begin where their runs began, and an address leads there", async () => {
  const tasks = chainOf(["read", "fit", "tell"]);
  const beside = task("watch", 0.1, [], { took: 2.5 });
  const id = await recorded("timely", [...tasks, beside]);
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}?view=graph`);
  await page.getByRole("radio", { name: "By time" }).click();
  expect(new URL(page.url()).searchParams.get("place")).toBe("time");
  const xs = await Promise.all(
    ["read", "watch", "fit", "tell"].map((name) => box(page, new RegExp(name)).boundingBox()),
  );
  const starts = xs.map((place) => place?.x ?? Number.NaN);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  expect(new Set(starts).size).toBe(4);
  expect(await accessibilityProblems(page, "[data-graph-frame]")).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test("a run in progress changes in its boxes, and new ones come", async () => {
  const run = await startRun(site.client, { flowId, name: "live-lynx" });
  const [first, second] = chainOf(["load", "train"]);
  if (first === undefined || second === undefined) throw new Error("there are no tasks");
  await recordTasks(site.client, run.id, [{ ...first, took: 0, state: "RUNNING" }]);
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}?view=graph`);
  await box(page, /load.*Running/).waitFor();
  await recordTasks(site.client, run.id, [first, { ...second, took: 0, state: "RUNNING" }]);
  await box(page, /load.*Completed/).waitFor();
  await box(page, /train.*Running/).waitFor();
  expect(problems).toEqual([]);
  await run.end("COMPLETED");
  await close();
});
