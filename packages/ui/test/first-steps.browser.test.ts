import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { accessibilityProblems, type OpenedPage, type Page } from "@ostinato/testing/browser";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFlowNamed, recordPastRuns } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let folder: string;

beforeEach(async () => {
  site = await startSite();
  folder = await mkdtemp(join(tmpdir(), "ostinato-first-steps-"));
  await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
});

afterEach(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

const codeBlocks = (page: Page) => page.getByRole("tabpanel").locator("pre").allTextContents();

/** Does what the page says: saves the program under its name, and gives the command to a shell. */
async function follow(page: Page, binaries: string): Promise<void> {
  const { command, env } = await saved(page, binaries);
  await promisify(execFile)("sh", ["-c", command], { cwd: folder, env });
}

/** Saves the program under its name; gives the command that starts it. */
async function saved(page: Page, binaries: string) {
  const file = await page.getByRole("tabpanel").locator("p code").last().textContent();
  const [code = "", command = ""] = await codeBlocks(page);
  await writeFile(join(folder, file ?? ""), code);
  const { OSTINATO_API_URL: _, PREFECT_API_URL: __, ...inherited } = process.env;
  const env = {
    ...inherited,
    PATH: `${binaries}${delimiter}${process.env.PATH}`,
    OSTINATO_HOME: folder,
    PREFECT_HOME: folder,
    DO_NOT_TRACK: "1",
  };
  return { command, env };
}

/** What each page waits for on an empty server, and what it shows once `greet` has run. */
const pages = [
  { path: "/", greeted: /\bgreet\b/ },
  { path: "/runs", greeted: /\bgreet\b/ },
  { path: "/runs/task-runs", greeted: /\bhello\b/ },
  { path: "/flows", greeted: /\bgreet\b/ },
] as const;

/** Pages with programs of their own, and what these leave there. */
const otherPages = [
  { path: "/artifacts", left: /\breport\b/ },
  { path: "/blocks", left: /\bapi-token\b/ },
  { path: "/variables", left: /\bthreshold\b/ },
] as const;

async function openEmpty(path: string): Promise<OpenedPage> {
  const opened = await site.open(path);
  await opened.page.getByText(/^Waiting for /).waitFor();
  return opened;
}

async function becomes(page: Page, shown: RegExp): Promise<void> {
  await page.getByText(/^Waiting for /).waitFor({ state: "detached" });
  await page.getByRole("main").getByText(shown).first().waitFor();
}

async function fillsAllPages(way: "TypeScript" | "Python", binaries: string): Promise<void> {
  // Its program comes first: other pages and programs make events too.
  const events = await openEmpty("/events");
  await events.page.getByRole("tab", { name: way }).click();
  await follow(events.page, binaries);
  await becomes(events.page, /\bmodel\.trained\b/);
  const opened: OpenedPage[] = [];
  for (const { path } of pages) opened.push(await openEmpty(path));
  const others = [];
  for (const { path, left } of otherPages) others.push({ ...(await openEmpty(path)), left });
  const programs: string[][] = [];
  for (const { page } of [...opened, ...others]) {
    await page.getByRole("tab", { name: way }).click();
    programs.push(await codeBlocks(page));
  }
  expect(new Set(programs.slice(0, opened.length).map(String)).size).toBe(1);
  const [first] = opened;
  if (first === undefined) throw new Error("no page is open");
  await follow(first.page, binaries);
  await Promise.all(opened.map(({ page }, index) => becomes(page, pages[index]?.greeted ?? /^$/)));
  await first.page.getByRole("link", { name: "The last run" }).waitFor();
  for (const { page, left } of others) {
    await follow(page, binaries);
    await becomes(page, left);
  }
  for (const { problems, close } of [events, ...opened, ...others]) {
    expect(problems).toEqual([]);
    await close();
  }
}

test(
  "the TypeScript programs on empty pages run as they stand, and the pages become what they waited for",
  () => fillsAllPages("TypeScript", dirname(process.execPath)),
  120_000,
);

const python = process.env.PREFECT_PYTHON;

test.skipIf(python === undefined)(
  "so do the Python programs, where there is a Prefect client (PREFECT_PYTHON)",
  () => fillsAllPages("Python", dirname(python ?? "")),
  120_000,
);

test.skipIf(python === undefined)(
  "a program of Prefect reaches this server once Prefect is told of it as the empty page says",
  async () => {
    const { page, problems, close } = await openEmpty("/events");
    await page.getByRole("tab", { name: "From Prefect" }).click();
    const [pointAtServer = ""] = await codeBlocks(page);
    await page.getByRole("tab", { name: "Python" }).click();
    const { env } = await saved(page, dirname(python ?? ""));
    await promisify(execFile)("sh", ["-c", `${pointAtServer} && python tell.py`], { cwd: folder, env });
    await becomes(page, /\bmodel\.trained\b/);
    expect(problems).toEqual([]);
    await close();
  },
  120_000,
);

/** A program that serves a flow goes on until it is stopped. */
async function serves(way: "TypeScript" | "Python", binaries: string): Promise<void> {
  const { page, problems, close } = await openEmpty("/deployments");
  await page.getByRole("tab", { name: way }).click();
  const { command, env } = await saved(page, binaries);
  const serving = spawn("sh", ["-c", `exec env ${command}`], { cwd: folder, env, stdio: "ignore" });
  const ended = once(serving, "close");
  try {
    await page.getByRole("link", { name: "every-minute" }).waitFor({ timeout: 30_000 });
    await page.getByText("every minute", { exact: true }).waitFor();
    expect(problems).toEqual([]);
  } finally {
    serving.kill();
    await ended;
    await close();
  }
}

test(
  "the TypeScript program on the empty page of deployments serves its flow as it stands",
  () => serves("TypeScript", dirname(process.execPath)),
  60_000,
);

test.skipIf(python === undefined)("so does the Python program", () => serves("Python", dirname(python ?? "")), 120_000);

test("an empty server has no runs yet, and one with older runs none in this time", async () => {
  const { page, close } = await openEmpty("/");
  await page.getByRole("heading", { name: "No runs yet" }).waitFor();
  const flowId = await createFlowNamed(site.client, "old");
  await recordPastRuns(site.client, [{ flowId, name: "older", ago: 3 * 86_400, took: 5 }]);
  await page.reload();
  await page.getByRole("heading", { name: "No runs in this time" }).waitFor();
  await close();
});

test("who comes from Prefect is told the address of this server", async () => {
  const { page, close } = await openEmpty("/runs");
  await page.getByRole("tab", { name: "From Prefect" }).click();
  expect(await codeBlocks(page)).toEqual([`prefect config set PREFECT_API_URL=${site.origin}/api`]);
  expect(await accessibilityProblems(page)).toEqual([]);
  await close();
});

test.each(["light", "dark"] as const)("empty pages fit a phone (%s)", async (colorScheme) => {
  for (const path of [...pages.map((page) => page.path), "/deployments", "/artifacts"]) {
    const { page, close } = await site.open(path, { viewport: { width: 390, height: 800 }, colorScheme });
    await page.getByText(/^Waiting for /).waitFor();
    for (const way of ["TypeScript", "Python", "From Prefect"]) {
      await page.getByRole("tab", { name: way }).click();
      const outside = await page.locator("main *").evaluateAll((elements) =>
        elements
          .filter((element) => element.closest("pre") === null || element.tagName === "PRE")
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
          .map((element) => `${element.tagName} ${element.textContent.slice(0, 40)}`),
      );
      expect({ path, way, outside }).toEqual({ path, way, outside: [] });
    }
    await close();
  }
});
