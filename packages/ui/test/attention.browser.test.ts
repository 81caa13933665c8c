import { createFlowRunInput, setFlowRunState } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordPastRuns, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;
let counted: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "nightly-lake");
  counted = await createFlowNamed(site.client, "counted");
  await recordPastRuns(
    site.client,
    Array.from({ length: 30 }, (_, index) => ({
      flowId: counted,
      name: `past-${index}`,
      ago: 100 + index * 10,
      took: 5,
      ...(index < 4 ? { state: "FAILED" as const } : {}),
    })),
  );
});

afterAll(() => site.close());

const icon = (page: Page) => page.locator("link[rel=icon]").getAttribute("href");
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);
const said = (page: Page, text: string) => page.getByRole("status").getByText(text, { exact: true });

interface Told {
  readonly title: string;
  readonly body: string;
}

/** Stands in for the notices of the browser, which nobody can see without a screen. */
function noteNotices(): void {
  const told: Told[] = [];
  class Notice {
    static asked = 0;
    static requestPermission = () => {
      Notice.asked += 1;
      return Promise.resolve("granted");
    };
    constructor(title: string, { body }: { readonly body: string }) {
      told.push({ title, body });
    }
  }
  Object.assign(globalThis, { Notification: Notice, told });
}

describe("the tab of the browser", () => {
  test("has the state of a run in its title and icon, as it changes, and says the change", async () => {
    const run = await startRun(site.client, { flowId, name: "hazel-lynx" });
    const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
    await expect.poll(() => page.title()).toBe("▶ hazel-lynx · nightly-lake");
    const running = await icon(page);
    expect(running).toMatch(/^data:image\/svg\+xml,.*%23[0-9a-f]{6}/);
    await run.end("FAILED", "disk is full");
    await expect.poll(() => page.title()).toBe("✗ hazel-lynx · nightly-lake");
    expect(await icon(page)).not.toBe(running);
    await said(page, "hazel-lynx: Failed").waitFor({ state: "attached" });
    await page.getByRole("link", { name: "Artifacts" }).click();
    await expect.poll(() => page.title()).toBe("Artifacts · Ostinato");
    expect(await icon(page)).toMatch(/favicon\.svg$/);
    expect(problems).toEqual([]);
    await close();
  });

  test("tells when the runs end that were asked for, on whatever page one is then, and asks for permission on the click", async () => {
    const [first, second] = [
      await startRun(site.client, { flowId, name: "first-fox" }),
      await startRun(site.client, { flowId, name: "second-swan" }),
    ];
    const { page, problems, close } = await site.open("/artifacts");
    await page.addInitScript(noteNotices);
    const told = () => page.evaluate(() => (globalThis as unknown as { told: Told[] }).told);
    const asked = () => page.evaluate(() => (Notification as unknown as { asked: number }).asked);
    for (const { id } of [first, second]) {
      await page.goto(`${site.origin}/runs/flow-run/${id}`);
      const button = page.getByRole("button", { name: "Tell me when it ends" });
      await button.waitFor();
      expect(await asked()).toBe(0);
      await button.click();
      await expect.poll(() => button.getAttribute("aria-pressed")).toBe("true");
      expect(await accessibilityProblems(page)).toEqual([]);
    }
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
    await second.end("FAILED", "disk is full\nand more");
    await expect.poll(told).toEqual([{ title: "✗ second-swan: Failed", body: "nightly-lake\ndisk is full" }]);
    await first.end("COMPLETED");
    await expect
      .poll(async () => (await told()).map(({ title }) => title))
      .toEqual(["✗ second-swan: Failed", "✓ first-fox: Completed"]);
    expect(problems).toEqual([]);
    await close();
  });
});

test("the browser tells that a run asks for input, once each time, and then that it ended", async () => {
  const run = await startRun(site.client, { flowId, name: "asking-owl" });
  const { page, problems, close } = await site.open("/artifacts");
  await page.addInitScript(noteNotices);
  const titles = () => page.evaluate(() => (globalThis as unknown as { told: Told[] }).told.map(({ title }) => title));
  await page.goto(`${site.origin}/runs/flow-run/${run.id}`);
  await page.getByRole("button", { name: "Tell me when it ends or asks for input" }).click();
  await page.getByRole("button", { name: "Tell me when it ends", pressed: true }).waitFor();
  const pause = (key: string) =>
    site.client.call(setFlowRunState, {
      params: { id: run.id },
      body: {
        state: { type: "PAUSED", state_details: { pause_key: key, run_input_keyset: { schema: key } } },
        force: true,
      },
    });
  await pause("first");
  await expect.poll(titles).toEqual(["? asking-owl: Waits for input"]);
  await site.client.call(createFlowRunInput, { params: { id: run.id }, body: { key: "first", value: "{}" } });
  await page
    .getByRole("region", { name: "What it waits for" })
    .getByRole("button", { name: "Answer and resume" })
    .waitFor();
  await pause("second");
  await expect.poll(titles).toEqual(["? asking-owl: Waits for input", "? asking-owl: Waits for input"]);
  await run.end("COMPLETED");
  await expect.poll(async () => (await titles()).at(-1)).toBe("✓ asking-owl: Completed");
  expect(await titles()).toHaveLength(3);
  expect(problems).toEqual([]);
  await close();
});

describe("the focus", () => {
  test("is on the heading of a page that was opened, and on the row again on the way back", async () => {
    const { page, close } = await site.open("/runs");
    const link = page.getByRole("link", { name: "past-7", exact: true });
    await link.click();
    await page.getByRole("heading", { name: "past-7" }).waitFor();
    await expect.poll(() => focused(page)).toBe("past-7");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    await page.goBack();
    await link.waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("A");
    expect(await focused(page)).toBe("past-7");
    await page.keyboard.press("j");
    await expect.poll(() => focused(page)).toBe("past-8");
    await close();
  });

  test("goes to the first row by j at once, and j is a letter in a field", async () => {
    const { page, close } = await site.open("/runs");
    await page.getByRole("link", { name: "past-0", exact: true }).waitFor();
    const rows = page.getByRole("table", { name: "Runs" }).getByRole("row");
    const first = (await rows.nth(1).getByRole("link").first().textContent()) ?? "";
    await page.keyboard.press("j");
    await expect.poll(() => focused(page)).toBe(first);
    const field = page.getByRole("searchbox", { name: "Filter by name" });
    await field.click();
    await page.keyboard.type("jk");
    expect(await field.inputValue()).toBe("jk");
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await close();
  });

  test("stops once at a group of choices, within which the arrows go", async () => {
    const { page, close } = await site.open("/settings");
    const theme = page.getByRole("main").getByRole("radiogroup", { name: "Theme" });
    await theme.waitFor();
    expect(await theme.locator("[tabindex='0']").count()).toBe(1);
    await theme.getByRole("radio", { name: "Theme of the system" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(() => theme.getByRole("radio", { name: "Light theme" }).getAttribute("aria-checked"))
      .toBe("true");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Light theme");
    await page.keyboard.press("ArrowLeft");
    await close();
  });

  test("hears what a number of the dashboard counts", async () => {
    const { page, close } = await site.open(`/dashboard?since=24h&flow=${counted}`);
    await page.getByRole("link", { name: "4 failed runs", exact: true }).click();
    await page.getByText("4 runs", { exact: true }).waitFor();
    await close();
  });
});

describe("while hundreds of runs change", () => {
  test("the list of runs holds still: rows change in place once a frame, new ones wait, and nothing is asked", async () => {
    const stormy = await createFlowNamed(site.client, "stormy");
    const steady = await startRun(site.client, { flowId: stormy, name: "steady" });
    const { page, close } = await site.open("/artifacts");
    await page.clock.install();
    let asked = 0;
    let told = "";
    page.on("request", (request) => {
      if (request.url().includes("/ui/flow_runs/")) asked += 1;
    });
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        told += String(payload);
      }),
    );
    await page.goto(`${site.origin}/runs?flow=${stormy}`);
    const rows = page.getByRole("table", { name: "Runs" }).getByRole("row");
    const row = rows.filter({ has: page.getByRole("link", { name: "steady", exact: true }) });
    await row.getByText("Running").last().waitFor();
    await page.waitForLoadState("networkidle");
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.waitForLoadState("networkidle");
    const top = await row.evaluate((element) => element.getBoundingClientRect().top);
    asked = 0;
    await recordPastRuns(
      site.client,
      Array.from({ length: 400 }, (_, index) => ({
        flowId: stormy,
        name: `gust-${index}`,
        ago: 400 - index,
        took: 0.1,
      })),
    );
    await steady.end("FAILED", "blown away");
    await expect.poll(() => told).toMatch(/gust-399.*blown away/s);
    const button = page.getByRole("button", { name: "400 new" });
    expect(await button.isVisible()).toBe(false);
    expect(await row.textContent()).toContain("Running");
    await expect
      .poll(async () => {
        await page.clock.runFor(50);
        return await button.isVisible();
      })
      .toBe(true);
    await row.getByText("Failed", { exact: true }).last().waitFor();
    expect(await rows.count()).toBe(2);
    expect(await row.evaluate((element) => element.getBoundingClientRect().top)).toBe(top);
    expect(asked).toBe(0);
    await page.clock.resume();
    await button.click();
    await page.getByRole("link", { name: "gust-399", exact: true }).waitFor();
    await close();
  });

  test("a new run waits while the focus is in the list, and comes by itself where nobody reads", async () => {
    const calm = await createFlowNamed(site.client, "calm");
    await startRun(site.client, { flowId: calm, name: "first-calm" });
    const { page, close } = await site.open(`/runs?flow=${calm}`);
    const link = (name: string) => page.getByRole("link", { name, exact: true });
    await link("first-calm").waitFor();
    await page.waitForLoadState("networkidle");
    await startRun(site.client, { flowId: calm, name: "second-calm" });
    await link("second-calm").waitFor();
    await page.keyboard.press("j");
    await expect.poll(() => focused(page)).toBe("second-calm");
    await startRun(site.client, { flowId: calm, name: "third-calm" });
    await page.getByRole("button", { name: "1 new" }).click();
    await link("third-calm").waitFor();
    await close();
  });

  test("the dashboard asks once when a moment has passed, however many changes there were", async () => {
    const { page, close } = await site.open("/artifacts");
    await page.clock.install();
    let asked = 0;
    let last = "";
    page.on("request", (request) => {
      if (request.url().endsWith("/ui/dashboard")) asked += 1;
    });
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (String(payload).includes("storm-399")) last = "storm-399";
      }),
    );
    await page.goto(`${site.origin}/dashboard?flow=${counted}`);
    await page.getByRole("link", { name: "4 failed runs", exact: true }).waitFor();
    await page.waitForLoadState("networkidle");
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.waitForLoadState("networkidle");
    asked = 0;
    await recordPastRuns(
      site.client,
      Array.from({ length: 400 }, (_, index) => ({ flowId, name: `storm-${index}`, ago: 400 - index, took: 0.1 })),
    );
    await expect.poll(() => last).toBe("storm-399");
    expect(asked).toBe(0);
    await page.clock.runFor(2000);
    await expect.poll(() => asked).toBe(1);
    await close();
  });
});
