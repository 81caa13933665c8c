import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { filterFlowRuns } from "@ostinato/protocol";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
let folder: string;

beforeAll(async () => {
  site = await startSite();
  folder = await mkdtemp(join(tmpdir(), "ostinato-failures-"));
  await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
});

afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

// Both fail in each of two attempts, two subflows down, by the second call of a task.
const inTypeScript = `import { flow, log, task } from "ostinato";
let attempts = 0;
const download = task(async function download(part: number) {
  log.info(\`downloading part \${part}\`);
  if (part === 1) throw new Error(\`HTTP 503 in attempt \${attempts}\`);
  return part;
});
const load = flow({ name: "load-partition" }, async () => {
  await download(0);
  await download(1);
});
const ingest = flow({ name: "ingest-lake" }, async () => void (await load()));
await flow({ name: "nightly-lake", retries: 1 }, async () => {
  attempts += 1;
  await ingest();
})().catch(() => {});
process.exitCode = 0;
`;

const inPython = `from prefect import flow, get_run_logger, task

attempts = []

@task
def download(part: int):
    get_run_logger().info("downloading part %s", part)
    if part == 1:
        raise ValueError(f"HTTP 503 in attempt {len(attempts)}")

@flow(name="load-partition")
def load():
    download(0)
    download(1)

@flow(name="ingest-lake")
def ingest():
    load()

@flow(name="nightly-lake", retries=1)
def nightly():
    attempts.append(1)
    ingest()

try:
    nightly()
except ValueError:
    pass
`;

const python = process.env.PREFECT_PYTHON;

test.each([
  ["TypeScript", "nightly.ts", inTypeScript, process.execPath as string | undefined],
  ["Python, where PREFECT_PYTHON has Prefect's client", "nightly.py", inPython, python],
])(
  "a retried, nested failure in %s: each attempt with its way down, its lines and its error",
  async (...given) => {
    const [, file, code, command] = given;
    if (command === undefined) return;
    await writeFile(join(folder, file), code);
    const api = `${site.origin}/api`;
    const homes = { OSTINATO_HOME: folder, PREFECT_HOME: folder };
    const env = { ...process.env, OSTINATO_API_URL: api, PREFECT_API_URL: api, ...homes };
    await promisify(execFile)(command, [join(folder, file)], { cwd: folder, env });
    const runs = await site.client.call(filterFlowRuns, { body: { sort: "START_TIME_DESC" } });
    const run = runs.find(({ parent_task_run_id }) => parent_task_run_id === null);
    const { page, problems, close } = await site.open(`/runs/flow-run/${run?.id}`);
    const failure = page.getByRole("region", { name: "Why it failed" });
    const log = page.getByRole("log");
    const path = () =>
      failure.getByRole("navigation", { name: "Where it failed" }).getByRole("listitem").allInnerTexts();
    for (const attempt of [2, 1]) {
      await failure.getByText(new RegExp(`^(ValueError: )?HTTP 503 in attempt ${attempt}$`)).waitFor();
      expect(await path()).toEqual([
        "nightly-lake",
        "ingest-lake",
        "load-partition",
        expect.stringMatching(/download/),
      ]);
      await log.getByText(`HTTP 503 in attempt ${attempt}`).first().waitFor();
      await page
        .getByRole("treeitem", { name: /download/ })
        .first()
        .waitFor();
      expect(await page.getByRole("treeitem", { name: /ingest-lake/ }).count()).toBe(1);
      // The two calls of this attempt alone, whether it ran another subflow or the same one again.
      await expect.poll(() => page.getByRole("treeitem", { name: /download/ }).count()).toBe(2);
      if (attempt === 1) break;
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole("button", { name: "Attempt 2 of 2" }).click();
      await page.getByRole("menuitem", { name: /^Attempt 1/ }).click();
    }
    expect(problems).toEqual([]);
    await close();
  },
  90_000,
);
