import type { Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, recordLogs, startRun } from "./fixtures.ts";
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
