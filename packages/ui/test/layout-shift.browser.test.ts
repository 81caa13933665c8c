import { formatTimestamp, systemClock, timeOrderedId } from "@ostinato/core";
import { createAutomation, createEvents } from "@ostinato/protocol";
import type { Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, leaveArtifact, recordLogs, recordPastRuns, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let run: Awaited<ReturnType<typeof startRun>>;
let automation: string;
/** A fifth of the score up to which browsers call a page steady. */
const maxShift = 0.02;
/** What a page shows once it is drawn; by default a long name. */
const texts: Readonly<Record<string, string>> = {
  "a new automation": "Would have fired",
  "an automation that is edited": "Would have fired",
};
const long = "a very long name that says all that anybody could want to know, ".repeat(3);

beforeAll(async () => {
  site = await startSite();
  const flowId = await createFlowNamed(site.client, `${long}of a flow`);
  await recordPastRuns(
    site.client,
    Array.from({ length: 60 }, (_, index) => ({
      flowId,
      name: `${long}${index}`,
      ago: 100 + index * 3000,
      took: 5 + index,
      ...(index % 6 === 0 ? { state: "FAILED" as const, message: `day ${index % 4}: ${long}` } : {}),
    })),
  );
  run = await startRun(site.client, {
    flowId,
    name: `${long}of a run`,
    parameters: { first: long, second: long, third: [long, long] },
  });
  await recordTasks(
    site.client,
    run.id,
    Array.from({ length: 12 }, (_, index) => ({
      name: `${long}${index}`,
      key: `task-${index}`,
      start: index,
      took: 1,
    })),
  );
  await run.end("FAILED", `ValueError: ${long}`);
  const data = `# ${long}\n\n| month | error |\n| --- | --- |\n| 2021-01 | 7.7 |\n\n${long}\n\n- one\n- two\n`;
  for (const description of ["first", long])
    await leaveArtifact(site.client, { key: "report", type: "markdown", data, description, flowRunId: run.id });
  await site.client.call(createEvents, { body: ["source", "middle", "end"].map(materialized) });
  const failed = { type: "event" as const, posture: "Reactive" as const, expect: ["prefect.flow-run.Failed"] };
  // The block is gone, which its preview says at some length.
  const message = { block_document_id: timeOrderedId(systemClock().now()), body: "{{ flow_run.state.message }}" };
  const actions = [
    { type: "send-notification" as const, ...message },
    { type: "pause-work-pool" as const, source: "inferred" as const },
  ];
  automation = (await site.client.call(createAutomation, { body: { name: long, trigger: failed, actions } })).id;
});

afterAll(() => site.close());

/** An asset that is made of the one before it. */
function materialized(name: string, index: number, all: readonly string[]) {
  const now = systemClock().now();
  const before = all[index - 1];
  return {
    id: timeOrderedId(now),
    occurred: formatTimestamp(now),
    event: "prefect.asset.materialization.succeeded",
    resource: { "prefect.resource.id": `s3://lake/${name}`, "prefect.resource.name": `${name}: ${long}` },
    related:
      before === undefined ? [] : [{ "prefect.resource.id": `s3://lake/${before}`, "prefect.resource.role": "asset" }],
  };
}

/** Adds up what moves without being asked, as a browser's own measure of layout shift does. */
function noteShifts(): void {
  const noted = { sum: 0 };
  Object.assign(globalThis, { shifts: noted });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput } = entry as unknown as {
        readonly value: number;
        readonly hadRecentInput: boolean;
      };
      if (!hadRecentInput) noted.sum += value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}

const shiftOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { readonly shifts: { readonly sum: number } }).shifts.sum);

describe.each([
  { width: 1400, height: 900 },
  { width: 900, height: 800 },
  { width: 390, height: 780 },
])("at a width of $width", (viewport) => {
  const onPhone =
    viewport.width > 390
      ? []
      : ["artifacts of a run", "a version of an artifact", "variables, of which there are none"];
  const pages = [
    "dashboard?since=30d",
    "dashboard",
    "runs",
    "runs/task-runs",
    "a run with long names",
    "a new automation",
    "an automation that is edited",
    "an asset",
    "background tasks, of which there are none",
  ];
  test.each([...pages, ...onPhone])("nothing moves when the fonts come late, on %s", async (name) => {
    const { page, close } = await site.open("/settings", { viewport });
    await page.addInitScript(noteShifts);
    const drawn = Promise.withResolvers<void>();
    await page.route("**/*.woff2", async (route) => {
      await drawn.promise;
      await route.continue();
    });
    const paths: Readonly<Record<string, string>> = {
      "a run with long names": `runs/flow-run/${run.id}`,
      "artifacts of a run": `runs/flow-run/${run.id}?tab=artifacts`,
      "a version of an artifact": "artifacts/key/report",
      "variables, of which there are none": "variables",
      "a new automation": "automations/new?template=no-success",
      "an automation that is edited": `automations/automation/${automation}/edit`,
      "an asset": "asset?key=s3%3A%2F%2Flake%2Fmiddle",
      "background tasks, of which there are none": "background-tasks",
    };
    await page.goto(`${site.origin}/${paths[name] ?? name}`, { waitUntil: "commit" });
    const text = name.endsWith("there are none") ? "npm install ostinato" : (texts[name] ?? "a very long name");
    await page.getByRole("main").getByText(text).first().waitFor();
    drawn.resolve();
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => document.fonts.ready);
    expect(await shiftOf(page)).toBeLessThan(maxShift);
    await close();
  });
});

test("a run that goes on holds still on a phone, as its tasks and lines come", async () => {
  const going = await startRun(site.client, { flowId: await createFlowNamed(site.client, "steady"), name: "going" });
  const addTasks = (names: readonly string[]) =>
    recordTasks(
      site.client,
      going.id,
      names.map((name, index) => ({ name, key: `${name}-0a1b2c3d`, start: index, took: 1 })),
    );
  await addTasks(["load"]);
  const { page, close } = await site.open("/settings", { viewport: { width: 390, height: 780 } });
  await page.addInitScript(noteShifts);
  await page.goto(`${site.origin}/runs/flow-run/${going.id}`);
  await page.getByRole("treeitem", { name: /load/ }).waitFor();
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready);
  const before = await shiftOf(page);
  for (const step of ["clean", "train", "evaluate", "publish"]) {
    await addTasks([step]);
    await recordLogs(site.client, going.id, [{ message: `begins to ${step}` }]);
    await page.getByRole("treeitem", { name: new RegExp(step) }).waitFor();
    await page.getByRole("log").getByText(`begins to ${step}`).waitFor();
  }
  expect((await shiftOf(page)) - before).toBeLessThan(maxShift);
  await close();
});
