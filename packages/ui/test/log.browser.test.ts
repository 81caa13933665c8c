import { randomId } from "@ostinato/core";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordLogs, recordPastRuns, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "train");
});

afterAll(() => site.close());

const log = (page: Page) => page.getByRole("log");
const shown = (page: Page) => log(page).locator("span[dir=auto]").allTextContents();
const numberOf = (page: Page, message: string) =>
  log(page)
    .locator("[data-index]")
    .filter({ hasText: message })
    .getByRole("button", { name: /^Link to line/ })
    .first()
    .textContent();
const isInSight = (page: Page, message: string) =>
  page.evaluate((text) => {
    const box = document.querySelector("[role=log]")?.getBoundingClientRect();
    const line = [...document.querySelectorAll("[role=log] [data-index]")].find((row) =>
      row.textContent?.includes(text),
    );
    const place = line?.getBoundingClientRect();
    if (box === undefined || place === undefined) return false;
    return place.top >= box.top - 1 && place.bottom <= box.bottom + 1;
  }, message);
const lineInAddress = (page: Page) => new URL(page.url()).searchParams.get("line");

const sequence = "\u001b[";
const traceback = `Traceback (most recent call last):
${Array.from({ length: 12 }, (_, index) => `  File "train.py", line ${index}, in step_${index}`).join("\n")}
RuntimeError: CUDA out of memory`;

/** Line N of the run, counted from 1. */
function longLine(number: number) {
  if (number === 5002) return { message: "a first thing that went wrong", level: 40 };
  if (number === 30_000) return { message: "another thing that went wrong", level: 40 };
  if (number === 50_000) return { message: traceback, level: 40 };
  if (number > 50_000) return { message: `cleaning up ${number}`, level: 20 };
  if (number % 10_000 === 7) return { message: `checkpoint written at ${number}`, level: 20 };
  if (number % 500 === 0) return { message: traceback.replace("RuntimeError: CUDA out of memory", ""), level: 30 };
  return { message: `${sequence}32mstep${sequence}0m ${sequence}38;5;208m${number}${sequence}0m`, level: 20 };
}

describe("a log of 50,000 lines in colours, with tracebacks", () => {
  let id: string;
  beforeAll(async () => {
    const run = await startRun(site.client, { flowId, name: "long-lynx" });
    id = run.id;
    await recordLogs(
      site.client,
      id,
      Array.from({ length: 50_006 }, (_, index) => longLine(index + 1)),
    );
    await run.end("FAILED", "CUDA out of memory");
  });

  test.each(["light", "dark"] as const)(
    "opens at the failure, whole, in %s without a finding of axe",
    async (colorScheme) => {
      const { page, problems, close } = await site.open(`/runs/flow-run/${id}`, { colorScheme });
      await log(page).getByText("RuntimeError: CUDA out of memory").waitFor();
      await expect.poll(() => isInSight(page, "RuntimeError: CUDA out of memory")).toBe(true);
      expect(await numberOf(page, "RuntimeError: CUDA out of memory")).toBe("50000");
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    },
  );

  test("goes from error to error, by buttons and by keys, and begins anew after the last", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    await log(page).getByText("RuntimeError").waitFor();
    await page.getByRole("button", { name: "Previous error" }).click();
    await page.getByText("error 2 of 3").waitFor();
    await expect.poll(() => isInSight(page, "another thing that went wrong")).toBe(true);
    expect(lineInAddress(page)).toBe("30000");
    await log(page).focus();
    await page.keyboard.press("Shift+E");
    await page.getByText("error 1 of 3").waitFor();
    await expect.poll(() => isInSight(page, "a first thing that went wrong")).toBe(true);
    await log(page).getByText("step 5001").waitFor();
    await page.keyboard.press("Shift+E");
    await page.getByText("error 3 of 3").waitFor();
    await expect.poll(() => isInSight(page, "RuntimeError: CUDA")).toBe(true);
    await page.getByRole("button", { name: "First error" }).click();
    await page.getByText("error 1 of 3").waitFor();
    await expect.poll(() => isInSight(page, "a first thing that went wrong")).toBe(true);
    await close();
  });

  test("keeps the numbers of lines while it is filtered, and shows what stands around a match", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    await log(page).getByText("RuntimeError").waitFor();
    await page.getByRole("searchbox", { name: "Filter the log" }).fill("checkpoint written");
    await page.getByText("5 lines", { exact: true }).waitFor();
    expect(await numberOf(page, "checkpoint written at 20007")).toBe("20007");
    await page.getByRole("button", { name: "Link to line 20007" }).click();
    await page.getByRole("button", { name: "All lines" }).click();
    await log(page).getByText("step 20006").waitFor();
    await expect.poll(() => isInSight(page, "checkpoint written at 20007")).toBe(true);
    expect(await log(page).locator("mark").first().textContent()).toBe("checkpoint written");
    await page.getByRole("button", { name: "Next match" }).click();
    await page.getByText("match 4 of 5").waitFor();
    await expect.poll(() => isInSight(page, "checkpoint written at 30007")).toBe(true);
    await log(page).focus();
    await page.keyboard.press("Shift+N");
    await page.getByText("match 3 of 5").waitFor();
    await page.getByRole("combobox", { name: "Level" }).selectOption("Errors and up");
    await page.getByText("3 lines", { exact: true }).waitFor();
    expect(await numberOf(page, "another thing")).toBe("30000");
    await close();
  });

  test("reaches its very end and its beginning by key", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}?line=20`);
    await log(page).getByText("step 21").waitFor();
    await log(page).focus();
    await page.keyboard.press("End");
    await expect.poll(() => isInSight(page, "cleaning up 50006")).toBe(true);
    await expect
      .poll(() => log(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight))
      .toBeLessThan(2);
    await page.keyboard.press("Home");
    await expect.poll(() => log(page).evaluate((box) => box.scrollTop)).toBe(0);
    await log(page).getByText("step 1", { exact: true }).waitFor();
    await close();
  });

  test("shows the colours that the program asked for, and wraps or not as was chosen last", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}?line=20`);
    const step = log(page).getByText("step", { exact: true }).first();
    await step.waitFor();
    const colors = await page.evaluate(() => {
      const styled = [...document.querySelectorAll<HTMLElement>("[role=log] span[style*=color]")];
      return new Set(styled.map((span) => getComputedStyle(span).color)).size;
    });
    expect(colors).toBeGreaterThanOrEqual(3);
    const whiteSpace = () =>
      log(page)
        .locator("span[dir=auto]")
        .first()
        .evaluate((line) => getComputedStyle(line).whiteSpace);
    expect(await whiteSpace()).toBe("pre-wrap");
    await page.getByRole("button", { name: "Wrap", pressed: true }).click();
    await expect.poll(whiteSpace).toBe("pre");
    await page.reload();
    await page.getByRole("button", { name: "Wrap", pressed: false }).waitFor();
    await log(page).getByText("step 20").waitFor();
    expect(await whiteSpace()).toBe("pre");
    expect(await accessibilityProblems(page, "[role=tabpanel]")).toEqual([]);
    await close();
  });

  test("shows times, numbers and tasks on a phone, and nothing scrolls sideways", async () => {
    const { page, close } = await site.open(`/runs/flow-run/${id}`, { viewport: { width: 390, height: 844 } });
    const failure = log(page).locator("[data-index]").filter({ hasText: "RuntimeError: CUDA" });
    await failure.waitFor();
    expect(await failure.getByText(/^[+−]/).isVisible()).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await accessibilityProblems(page, "[role=tabpanel]")).toEqual([]);
    await close();
  });
});

test("the log of a retried run is narrowed to an attempt, which the address keeps", async () => {
  const [id = ""] = await recordPastRuns(site.client, [
    { flowId, name: "retried-rat", ago: 100, took: 60, state: "FAILED", message: "again", retriedAfter: 20 },
  ]);
  await recordLogs(site.client, id, [
    { message: "the first attempt begins", ago: 99 },
    { message: "the first attempt fails", level: 40, ago: 81 },
    { message: "the second attempt begins", ago: 78 },
    { message: "the second attempt fails", level: 40, ago: 41 },
  ]);
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
  await page.getByText("2 lines", { exact: true }).waitFor();
  expect(await shown(page)).toEqual(["the second attempt begins", "the second attempt fails"]);
  expect(await numberOf(page, "the second attempt begins")).toBe("3");
  await page.reload();
  await page.getByText("2 lines", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Attempt 2 of 2" }).click();
  await page.getByRole("menuitem", { name: /^Attempt 1/ }).click();
  await expect.poll(() => shown(page)).toEqual(["the first attempt begins", "the first attempt fails"]);
  expect(
    await log(page)
      .getByText(/^\+[\d.]+ m?s$/)
      .count(),
  ).toBe(2);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test("a run that a subflow brought down shows the lines of the subflow, opened at its failure", async () => {
  const parent = await startRun(site.client, { flowId, name: "outer-owl" });
  const call = randomId();
  await recordTasks(site.client, parent.id, [
    { id: call, name: "ingest", start: 0, took: 5, state: "FAILED", message: "HTTP 503" },
  ]);
  const child = await startRun(site.client, { flowId, name: "inner-ibis", parentTaskRunId: call });
  const broken = randomId();
  await recordTasks(site.client, child.id, [
    { id: broken, name: "download", start: 1, took: 2, state: "FAILED", message: "HTTP 503" },
  ]);
  await recordLogs(site.client, parent.id, [{ message: "calling the subflow", ago: 50 }]);
  await recordLogs(site.client, child.id, [
    ...Array.from({ length: 200 }, (_, index) => ({ message: `downloading ${index}`, ago: 40 - index / 100 })),
    { message: "HTTP 503 from the store", level: 40, taskRunId: broken, ago: 30 },
  ]);
  await recordLogs(
    site.client,
    parent.id,
    Array.from({ length: 200 }, (_, index) => ({ message: `cleaning up ${index}`, ago: 29 - index / 100 })),
  );
  await recordLogs(site.client, parent.id, [{ message: "Finished in state Failed", level: 40, ago: 20 }]);
  await child.end("FAILED", "Task 'download' failed: HTTP 503");
  await parent.end("FAILED", "Task 'ingest' failed: HTTP 503");
  const { page, problems, close } = await site.open(`/runs/flow-run/${parent.id}`);
  await page.getByText("403 lines", { exact: true }).waitFor();
  await page.getByRole("tab", { name: /Logs\s*403/ }).waitFor();
  await expect.poll(() => isInSight(page, "HTTP 503 from the store")).toBe(true);
  await page.getByRole("button", { name: "Full view" }).click();
  await page.getByRole("dialog", { name: "The log in full view" }).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "The log in full view" }).waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Subflows", pressed: true }).click();
  await page.getByText("202 lines", { exact: true }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("the log of a crashed run opens at its end, with the last sign that it gave", async () => {
  const run = await startRun(site.client, { flowId, name: "crashed-crow" });
  await recordLogs(
    site.client,
    run.id,
    Array.from({ length: 3000 }, (_, index) => ({ message: `batch ${index + 1}` })),
  );
  await run.end("CRASHED", "No sign of life of its process");
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  await log(page).getByText("batch 3000").waitFor();
  await expect.poll(() => isInSight(page, "batch 3000")).toBe(true);
  expect(await page.getByRole("button", { name: "First error" }).count()).toBe(0);
  expect(problems).toEqual([]);
  await close();
});

test("a live log that is narrowed to a task takes its lines only, each with its number in the whole log", async () => {
  const run = await startRun(site.client, { flowId, name: "narrow-newt" });
  const [fit, read] = [randomId(), randomId()];
  await recordTasks(site.client, run.id, [
    { id: fit, name: "fit-0", key: "fit-0a1b2c3d", start: 0, took: 0, state: "RUNNING" },
    { id: read, name: "read-0", key: "read-0a1b2c3d", start: 0, took: 0, state: "RUNNING" },
  ]);
  await recordLogs(site.client, run.id, [
    { message: "reading", taskRunId: read, ago: 30 },
    { message: "fitting", taskRunId: fit, ago: 29 },
  ]);
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  await page.getByRole("combobox", { name: "Task" }).selectOption("fit");
  await page.getByText("1 line", { exact: true }).waitFor();
  await recordLogs(site.client, run.id, [
    { message: "reading more", taskRunId: read, ago: 20 },
    { message: "of the flow itself", ago: 19 },
    { message: "fitting more", taskRunId: fit, ago: 18 },
  ]);
  await page.getByText("2 lines", { exact: true }).waitFor();
  expect(await shown(page)).toEqual(expect.arrayContaining(["fitting", "fitting more"]));
  await expect.poll(() => numberOf(page, "fitting more")).toBe("5");
  // A late line of another task moves the numbers of what comes after it.
  await recordLogs(site.client, run.id, [{ message: "reading late", taskRunId: read, ago: 25 }]);
  await expect.poll(() => numberOf(page, "fitting more")).toBe("6");
  expect(await numberOf(page, "fitting")).toBe("2");
  expect(problems).toEqual([]);
  await close();
});
