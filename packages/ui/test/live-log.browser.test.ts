import type { Page } from "@ostinato/testing/browser";
import { openDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createFlowNamed, recordLogs, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "talkative");
});

afterAll(() => site.close());

const lines = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ message: `${word} ${index}` }));
const shown = (page: Page) => page.getByRole("log").locator("span[dir=auto]").allTextContents();
const messages = (...told: { readonly message: string }[][]) => told.flat().map(({ message }) => message);

/** Answers to what the log asks stay on their way until the test lets them arrive. */
async function holdAnswers(page: Page) {
  const { promise: isHeld, resolve: held } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route("**/api/ui/logs", async (route) => {
    const response = await route.fetch();
    held();
    await released;
    await route.fulfill({ response });
  });
  return { isHeld, release };
}

test("a line that comes while the log loads is neither lost nor doubled, and its tab counts what it shows", async () => {
  const run = await startRun(site.client, { flowId, name: "live-lynx" });
  const [before, during, after] = [lines("before", 12), lines("during", 14), lines("after", 5)];
  await recordLogs(site.client, run.id, before);
  const { page, problems, close } = await site.open("/settings");
  const { isHeld, release } = await holdAnswers(page);
  await page.goto(`${site.origin}/runs/flow-run/${run.id}`);
  await isHeld;
  await recordLogs(site.client, run.id, during);
  // The page has heard of them: its tab counts them, while the log itself still waits for its answer.
  await page.getByRole("tab", { name: /Logs\s*26/ }).waitFor();
  release();
  await page.getByText("26 lines", { exact: true }).waitFor();
  expect(await shown(page)).toEqual(messages(before, during));
  await recordLogs(site.client, run.id, after);
  await page.getByText("31 lines", { exact: true }).waitFor();
  await run.end("COMPLETED");
  await page.getByRole("tab", { name: /Logs\s*31/ }).waitFor();
  expect(await shown(page)).toEqual(messages(before, during, after));
  expect(problems).toEqual([]);
  await close();
});

test("a filtered log that loads takes only the lines that pass", async () => {
  const run = await startRun(site.client, { flowId, name: "quiet-quail" });
  await recordLogs(site.client, run.id, lines("before", 3));
  const { page, close } = await site.open("/settings");
  const { isHeld, release } = await holdAnswers(page);
  await page.goto(`${site.origin}/runs/flow-run/${run.id}?level=40`);
  await isHeld;
  await recordLogs(site.client, run.id, [...lines("during", 2), { message: "after 1", level: 40 }]);
  await page.getByRole("tab", { name: /Logs\s*6/ }).waitFor();
  release();
  await page.getByText("1 line", { exact: true }).waitFor();
  expect(await shown(page)).toEqual(["after 1"]);
  await close();
});

test("answers that come late and in another order than they were asked for leave no gap and no line twice", async () => {
  const run = await startRun(site.client, { flowId, name: "reordered-rook" });
  await recordLogs(site.client, run.id, lines("before", 2600));
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  await page.getByText("2,600 lines", { exact: true }).waitFor();
  const held: (() => void)[] = [];
  let isHolding = true;
  await page.route("**/api/ui/logs", async (route) => {
    const response = await route.fetch();
    if (isHolding) await new Promise<void>((release) => held.push(release));
    await route.fulfill({ response });
  });
  const log = page.getByRole("log");
  await page.getByRole("button", { name: "Follow" }).click();
  const places = [0.45, 0.25, 0];
  for (const [index, place] of places.entries()) {
    await log.evaluate((box, share) => box.scrollTo({ top: box.scrollHeight * share }), place);
    await expect.poll(() => held.length).toBeGreaterThan(index);
    await recordLogs(site.client, run.id, lines(`during-${index}`, 7));
  }
  await page.getByText("2,621 lines", { exact: true }).waitFor();
  isHolding = false;
  for (const release of held.reverse()) release();
  await log.getByText("before 0", { exact: true }).waitFor();
  for (const at of [1, 600, 1200, 2599]) {
    await log.evaluate((box, line) => box.scrollTo({ top: line * 20 - 100 }), at);
    await log.getByText(`before ${at}`, { exact: true }).waitFor();
    expect(await log.getByRole("button", { name: `Link to line ${at + 1}`, exact: true }).count()).toBe(1);
  }
  await log.evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
  await log.getByText("during-2 6", { exact: true }).waitFor();
  const end = (await shown(page)).filter((message) => message.startsWith("during"));
  expect(end).toEqual(messages(lines("during-0", 7), lines("during-1", 7), lines("during-2", 7)));
  expect(problems).toEqual([]);
  await close();
});

test("lines of subflows come live among those of the run, in the order of their time, and stay when it ends", async () => {
  const run = await startRun(site.client, { flowId, name: "nested-newt" });
  const line = (message: string, minutesAgo: number) => ({ message, ago: minutesAgo * 60 });
  await recordLogs(site.client, run.id, [line("own 1", 40)]);
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  await page.getByText("1 line", { exact: true }).waitFor();
  // The subflow begins while the page is open, and its lines arrive after later ones of the run.
  const [calling = ""] = await recordTasks(site.client, run.id, [
    { name: "inner-0", start: 21, took: 30, state: "RUNNING" },
  ]);
  const child = await startRun(site.client, { flowId, name: "inner-ibis", parentTaskRunId: calling });
  await recordLogs(site.client, run.id, [line("own 2", 30), line("own 3", 10)]);
  await recordLogs(site.client, child.id, [line("inner 1", 35), line("inner 2", 20), line("inner 3", 5)]);
  await page.getByText("6 lines", { exact: true }).waitFor();
  const all = ["own 1", "inner 1", "own 2", "inner 2", "own 3", "inner 3"];
  expect(await shown(page)).toEqual(all);
  await page.getByRole("button", { name: "Subflows" }).click();
  await page.getByText("3 lines", { exact: true }).waitFor();
  await recordLogs(site.client, child.id, [line("inner 4", 4)]);
  await recordLogs(site.client, run.id, [line("own 4", 3)]);
  await expect.poll(() => shown(page)).toEqual(["own 1", "own 2", "own 3", "own 4"]);
  await page.getByRole("button", { name: "Subflows" }).click();
  await page.getByText("8 lines", { exact: true }).waitFor();
  await child.end("COMPLETED");
  await run.end("COMPLETED");
  await page.getByRole("heading", { name: /nested-newt/ }).waitFor();
  await expect.poll(() => shown(page)).toEqual([...all, "inner 4", "own 4"]);
  await page.reload();
  await page.getByText("8 lines", { exact: true }).waitFor();
  expect(await shown(page)).toEqual([...all, "inner 4", "own 4"]);
  expect(problems).toEqual([]);
  await close();
});

test("a page at one server shows live what another server on the same PostgreSQL is told, also of a subflow", async () => {
  const database = await openDatabase("postgresql");
  const [told, watched] = await Promise.all([
    startSite({ databaseUrl: database.url }),
    startSite({ databaseUrl: database.url }),
  ]);
  onTestFinished(async () => {
    await Promise.all([told.close(), watched.close()]);
    await database.dispose();
  });
  const elsewhere = await createFlowNamed(told.client, "elsewhere");
  const run = await startRun(told.client, { flowId: elsewhere, name: "far-fox" });
  const [before, during, inner] = [lines("before", 3), lines("during", 14), lines("inner", 5)];
  await recordLogs(told.client, run.id, before);
  const { page, problems, close } = await watched.open(`/runs/flow-run/${run.id}`);
  await page.getByText("3 lines", { exact: true }).waitFor();
  await recordLogs(told.client, run.id, during);
  await page.getByText("17 lines", { exact: true }).waitFor();
  const [calling = ""] = await recordTasks(told.client, run.id, [
    { name: "inner-0", start: 1, took: 30, state: "RUNNING" },
  ]);
  const child = await startRun(told.client, { flowId: elsewhere, name: "near-newt", parentTaskRunId: calling });
  await recordLogs(told.client, child.id, inner);
  await page.getByText("22 lines", { exact: true }).waitFor();
  expect((await shown(page)).toSorted()).toEqual(messages(before, during, inner).toSorted());
  await run.end("COMPLETED");
  await page.getByText("Completed", { exact: true }).first().waitFor();
  expect(problems).toEqual([]);
  await close();
}, 60_000);
