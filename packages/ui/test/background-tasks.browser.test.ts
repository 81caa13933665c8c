import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTaskRun } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
let folder: string;
const programs: ChildProcess[] = [];

beforeEach(async () => {
  site = await startSite();
  folder = await mkdtemp(join(tmpdir(), "ostinato-background-"));
  await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
});

afterEach(async () => {
  for (const program of programs.splice(0)) await end(program, "SIGKILL");
  await site.close();
  await rm(folder, { recursive: true });
});

async function end(program: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const ended = once(program, "close");
  program.kill(signal);
  await ended;
}

const python = process.env.PREFECT_PYTHON;

function environment(binaries: string): NodeJS.ProcessEnv {
  const api = `${site.origin}/api`;
  return {
    ...process.env,
    PATH: `${binaries}${delimiter}${process.env.PATH}`,
    OSTINATO_API_URL: api,
    PREFECT_API_URL: api,
    OSTINATO_HOME: folder,
    PREFECT_HOME: folder,
    DO_NOT_TRACK: "1",
  };
}

/** A program that ends by itself or goes on until the test ends it. */
function start(command: string, args: readonly string[], binaries = dirname(process.execPath)): ChildProcess {
  const program = spawn(command, args, { cwd: folder, env: environment(binaries), stdio: "ignore" });
  programs.push(program);
  return program;
}

async function write(file: string, code: string): Promise<string> {
  await writeFile(join(folder, file), code);
  return join(folder, file);
}

async function run(file: string, code: string): Promise<void> {
  const [status] = await once(start(process.execPath, [await write(file, code)]), "close");
  expect(status).toBe(0);
}

const table = (page: Page) => page.getByRole("table", { name: "Background tasks" });
const row = (page: Page, name: string) =>
  table(page)
    .getByRole("row")
    .filter({ has: page.getByRole("button", { name, exact: true }) });
const waiting = (page: Page) => page.getByRole("list", { name: "Waiting runs" });
const workers = (page: Page) => page.getByRole("list", { name: "Task workers" });

/** Does what the empty page says: saves the program, and gives the command to a shell. */
async function follows(way: "TypeScript" | "Python", binaries: string): Promise<void> {
  const { page, problems, close } = await site.open("/background-tasks");
  page.setDefaultTimeout(40_000);
  await page.getByRole("tab", { name: way }).click();
  expect(await accessibilityProblems(page)).toEqual([]);
  const file = await page.getByRole("tabpanel").locator("p code").last().textContent();
  const [code = "", command = ""] = await page.getByRole("tabpanel").locator("pre").allTextContents();
  await write(file ?? "", code);
  const program = start("sh", ["-c", `exec env ${command}`], binaries);
  await workers(page).getByText("works on resize").waitFor();
  await row(page, "resize").getByRole("cell", { name: "1", exact: true }).first().waitFor();
  await page.getByText("Nothing waits.").waitFor();
  await page.goto(`${site.origin}/runs/task-runs?background=yes`);
  await page.getByRole("link", { name: "background task" }).first().waitFor();
  await page
    .getByRole("link", { name: /^resize/ })
    .first()
    .click();
  await page.getByText("Background task resize").waitFor();
  await page.getByText(/Ran on/).waitFor();
  await page.getByText("cat.png, smaller").first().waitFor();
  await end(program, "SIGTERM");
  expect(problems).toEqual([]);
  await close();
}

test(
  "the TypeScript program of the empty page runs as it stands, and its run says what it gave and where it ran",
  () => follows("TypeScript", dirname(process.execPath)),
  120_000,
);

test.skipIf(python === undefined)(
  "so does the Python program (PREFECT_PYTHON)",
  async () => {
    const { page, problems, close } = await site.open("/background-tasks");
    page.setDefaultTimeout(60_000);
    await page.getByRole("tab", { name: "Python" }).click();
    const file = await page.getByRole("tabpanel").locator("p code").last().textContent();
    const [code = "", command = ""] = await page.getByRole("tabpanel").locator("pre").allTextContents();
    await write(file ?? "", code);
    const program = start("sh", ["-c", `exec env ${command}`], dirname(python ?? ""));
    await workers(page).getByText("works on resize").waitFor();
    await page.getByText("Nothing waits.").waitFor();
    await page.goto(`${site.origin}/runs/task-runs?background=yes&state=COMPLETED`);
    await page
      .getByRole("link", { name: /^resize/ })
      .first()
      .click();
    await page.getByText("Background task resize").waitFor();
    await page.getByText(/Ran on/).waitFor();
    await end(program, "SIGTERM");
    expect(problems).toEqual([]);
    await close();
  },
  180_000,
);

const tasks = `import { task } from "ostinato";

export const resize = task({ key: "resize" }, async function resize(image: string) {
  if (image === "broken.png") throw new Error("broken.png is no image");
  return image + ", smaller";
});
`;

const delaying = `import { resize } from "./tasks.ts";

await resize.delay("cat.png");
await resize.with({ priority: -5 }).delay("urgent.png");
await resize.delay("broken.png");
process.exit();
`;

const working = `import { worker } from "ostinato";
import { resize } from "./tasks.ts";

await worker([resize], { limit: 3 });
`;

test("what waits is shown in its order while nobody works, then who works, what is done and what failed, which runs again", async () => {
  await write("tasks.ts", tasks);
  await run("delay.ts", delaying);
  const { page, problems, close } = await site.open("/background-tasks");
  page.setDefaultTimeout(40_000);
  await page.getByText("No connected task worker runs resize: 3 runs wait for one.").waitFor();
  await row(page, "resize").getByRole("cell", { name: "none" }).waitFor();
  await waiting(page).getByText("priority -5").waitFor();
  expect(await waiting(page).getByRole("listitem").first().textContent()).toContain("priority -5");
  expect(await accessibilityProblems(page)).toEqual([]);

  start(process.execPath, [await write("work.ts", working)]);
  await workers(page).getByText("works on resize").waitFor();
  await workers(page).getByText("0 / 3").waitFor();
  await page.getByText("Nothing waits.").waitFor();
  const failures = page.getByRole("link", { name: "1 failed run of resize" });
  await failures.waitFor();
  expect(await failures.getAttribute("href")).toMatch(/[?&]task=resize-[\w-]{8}&ended=24h/);
  const failed = page.getByRole("list", { name: "Failed runs" });
  await failed.getByText("broken.png is no image").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);

  await failed.getByRole("link").first().click();
  await page.getByRole("heading", { name: /^resize/ }).waitFor();
  await page.getByText(/Ran on/).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Run again" }).click();
  const id = page.url().split("/").at(-1) ?? "";
  const states = async () => (await site.client.call(readTaskRun, { params: { id } })).run_count;
  await expect.poll(states, { timeout: 40_000 }).toBe(1);
  await expect
    .poll(async () => (await site.client.call(readTaskRun, { params: { id } })).state_name, { timeout: 40_000 })
    .toBe("Failed");
  expect(problems).toEqual([]);
  await close();
}, 180_000);

test("a run whose function is gone says so on its page, and is cancelled there", async () => {
  await write("tasks.ts", tasks);
  await run("delay.ts", delaying.replace(/^await resize\.(with|delay\("broken).*\n/gm, ""));
  const renamed = tasks.replaceAll("resize", "makeSmaller");
  start(process.execPath, [
    await write("work.ts", `${renamed}\nimport { worker } from "ostinato";\nawait worker([makeSmaller]);\n`),
  ]);
  const { page, problems, close } = await site.open("/background-tasks");
  page.setDefaultTimeout(40_000);
  await workers(page).getByText("works on makeSmaller").waitFor();
  await page.getByText("No connected task worker runs resize: 1 run waits for one.").waitFor();
  await waiting(page).getByRole("link").click();
  const waits = page.getByRole("region", { name: "What it waits for" });
  await waits.getByText('No connected task worker runs the task "resize".').waitFor();
  await waits.getByText(/If its function was removed or renamed, nothing will ever run it: cancel it\./).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await page.getByText("Cancelled").first().waitFor();
  await waits.waitFor({ state: "detached" });
  await page.goto(`${site.origin}/background-tasks`);
  await workers(page).waitFor();
  await page.getByText("Nothing waits.").waitFor();
  expect(problems).toEqual([]);
  await close();
}, 120_000);

test.each(["light", "dark"] as const)(
  "fits a phone (%s)",
  async (colorScheme) => {
    await write("tasks.ts", tasks);
    await run("delay.ts", delaying);
    const { page, close } = await site.open("/background-tasks", {
      viewport: { width: 390, height: 800 },
      colorScheme,
    });
    await waiting(page).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await row(page, "resize").getByRole("button").click();
    await page.getByText("Only runs and workers of").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText("Only runs and workers of").waitFor({ state: "detached" });
    await close();
  },
  60_000,
);
