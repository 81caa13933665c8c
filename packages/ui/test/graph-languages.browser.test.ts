import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { filterFlowRuns } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
let folder: string;

beforeAll(async () => {
  site = await startSite();
  folder = await mkdtemp(join(tmpdir(), "ostinato-graph-"));
  await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
});

afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

const inTypeScript = `import { flow, task } from "ostinato";
const migrate = task(async function migrate() { return true; });
const load = task(async function load(month: string) { return { month }; });
const clean = task(async function clean(table: { month: string }) { return table.month.length; });
const notify = task(async function notify() { return "ok"; });
const publish = flow({ name: "publish" }, async () => void (await notify()));
await flow({ name: "nightly" }, async () => {
  await migrate();
  await clean.map(await load.map(["jan", "feb", "mar"]));
  await publish();
})();
`;

const inPython = `from prefect import flow, task

@task
def extract(n: int):
    return {"n": n}

@task
def transform(row):
    return "ok"

@task
def tidy():
    return "ok"

@flow
def publish():
    tidy()

@flow
def nightly():
    rows = extract.map([1, 2, 3]).result()
    transform.map(rows).result()
    publish()

nightly()
`;

/** Runs a program at the site, and opens the graph of the run that it made. */
async function graphOf(file: string, code: string, command: string) {
  await writeFile(join(folder, file), code);
  const api = `${site.origin}/api`;
  const env = {
    ...process.env,
    OSTINATO_API_URL: api,
    PREFECT_API_URL: api,
    OSTINATO_HOME: folder,
    PREFECT_HOME: folder,
  };
  await promisify(execFile)(command, [join(folder, file)], { cwd: folder, env });
  const runs = await site.client.call(filterFlowRuns, { body: { sort: "START_TIME_DESC" } });
  const run = runs.find(({ parent_task_run_id }) => parent_task_run_id === null);
  return await site.open(`/runs/flow-run/${run?.id}?view=graph`);
}

const boxes = (page: Page) => page.getByRole("list", { name: "Task runs and their dependencies" });
const arrows = (page: Page, kind: "value" | "order") => page.locator(`[data-graph-frame] g[data-kind=${kind}]`);

test("a flow in TypeScript shows what it awaited, values by lines and mere order by dashes, and its subflow in place", async () => {
  const { page, problems, close } = await graphOf("nightly.ts", inTypeScript, process.execPath);
  await boxes(page)
    .getByRole("button", { name: /clean × 3/ })
    .waitFor();
  await expect.poll(() => arrows(page, "value").count()).toBe(1);
  expect(await arrows(page, "order").count()).toBe(2);
  expect(await page.getByText("Nothing is known to lead to or from these").count()).toBe(0);
  await boxes(page)
    .getByRole("button", { name: /^Tasks of publish/ })
    .click();
  await boxes(page)
    .getByRole("button", { name: /^notify/ })
    .waitFor();
  expect(await accessibilityProblems(page, "[data-graph-frame]")).toEqual([]);
  expect(problems).toEqual([]);
  await close();
}, 60_000);

const python = process.env.PREFECT_PYTHON;

test.skipIf(python === undefined)(
  "a flow in Python shows the values that Prefect's client tells, and what it tells nothing of apart (PREFECT_PYTHON)",
  async () => {
    const { page, problems, close } = await graphOf("nightly.py", inPython, python ?? "");
    await boxes(page)
      .getByRole("button", { name: /transform × 3/ })
      .waitFor();
    await expect.poll(() => arrows(page, "value").count()).toBe(1);
    expect(await arrows(page, "order").count()).toBe(0);
    await page.getByText("Nothing is known to lead to or from these").waitFor();
    await boxes(page)
      .getByRole("button", { name: /^Tasks of publish/ })
      .click();
    await boxes(page).getByRole("button", { name: /^tidy/ }).waitFor();
    expect(await accessibilityProblems(page, "[data-graph-frame]")).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  },
  120_000,
);
