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

// One failure among mapped runs, after many lines in colours; then a run whose process is ended in the middle of a task.
const tilesInTypeScript = `import { flow, log, task } from "ostinato";
const tile = task(async function tile(index: number) {
  if (index === 123) throw new Error("HTTP 503 for tile 123");
  return index;
});
await flow({ name: "mosaic" }, async () => {
  for (let line = 1; line <= 2000; line += 1) log.info(\`\\u001b[32mread\\u001b[0m \\u001b[38;5;208mpart \${line}\\u001b[0m\`);
  await tile.map(Array.from({ length: 300 }, (_, index) => index));
})().catch(() => {});
const train = task(async function train() {
  log.info("round 1");
  const ended = new Promise((resolve) => process.once("SIGTERM", resolve));
  process.kill(process.pid, "SIGTERM");
  await ended;
});
await flow({ name: "train-model" }, async () => void (await train()))();
`;

const tilesInPython = `import os, signal, sys, time
from prefect import flow, get_run_logger, task

@task
def tile(index: int):
    if index == 123:
        raise ValueError("HTTP 503 for tile 123")
    return index

@flow(name="mosaic")
def mosaic():
    logger = get_run_logger()
    for line in range(1, 2001):
        logger.info("\\033[32mread\\033[0m \\033[38;5;208mpart %s\\033[0m", line)
    tile.map(list(range(300))).result()

@task
def train():
    get_run_logger().info("round 1")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

@flow(name="train-model")
def model():
    train()

# Prefect's client sends what it knows of tasks while it goes on: a process that is ended loses what is still to be sent.
if sys.argv[1:] == ["train"]:
    model()
else:
    mosaic()
`;

const python = process.env.PREFECT_PYTHON;

/** Runs a program at the site, whatever it ends with. */
async function runProgram(command: string, file: string, code: string, ...args: readonly string[]): Promise<void> {
  await writeFile(join(folder, file), code);
  const api = `${site.origin}/api`;
  const homes = { OSTINATO_HOME: folder, PREFECT_HOME: folder };
  const env = { ...process.env, OSTINATO_API_URL: api, PREFECT_API_URL: api, ...homes };
  await promisify(execFile)(command, [join(folder, file), ...args], { cwd: folder, env }).catch(() => {});
}

async function newestRun(flowName: string): Promise<string> {
  const runs = await site.client.call(filterFlowRuns, {
    body: { sort: "START_TIME_DESC", flows: { name: { any_: [flowName] } } },
  });
  return runs[0]?.id ?? "";
}

test.each([
  ["TypeScript", "nightly.ts", inTypeScript, process.execPath as string | undefined],
  ["Python, where PREFECT_PYTHON has Prefect's client", "nightly.py", inPython, python],
])(
  "a retried, nested failure in %s: each attempt with its way down, its lines and its error",
  async (...given) => {
    const [, file, code, command] = given;
    if (command === undefined) return;
    await runProgram(command, file, code);
    const { page, problems, close } = await site.open(`/runs/flow-run/${await newestRun("nightly-lake")}`);
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

test.each([
  ["TypeScript", "tiles.ts", tilesInTypeScript, process.execPath as string | undefined],
  ["Python, where PREFECT_PYTHON has Prefect's client", "tiles.py", tilesInPython, python],
])(
  "a failure among mapped runs and coloured lines, and a crash, in %s: counted in words, in colours, and with what is known of it",
  async (...given) => {
    const [, file, code, command] = given;
    if (command === undefined) return;
    await runProgram(command, file, code);
    if (command === python) await runProgram(command, file, code, "train");
    const { page, problems, close } = await site.open(`/runs/flow-run/${await newestRun("mosaic")}`);
    const failure = page.getByRole("region", { name: "Why it failed" });
    await failure
      .getByText(/HTTP 503 for tile 123/)
      .first()
      .waitFor();
    await page.getByRole("treeitem", { name: /tile × 300 · 1 failed/ }).waitFor();
    await page.getByText("1 failed · 299 done").first().waitFor();
    await page.goto(`${page.url().split("?")[0]}?line=100`);
    const line = page
      .getByRole("log")
      .locator("[data-index]")
      .filter({ hasText: /read part 100/ });
    await line.first().waitFor();
    const colors = await line.first().evaluate((row) => {
      const styled = [...row.querySelectorAll<HTMLElement>("span[dir=auto] span[style*=color]")];
      return styled.map((span) => `${span.textContent}: ${getComputedStyle(span).color}`);
    });
    expect(colors).toEqual([expect.stringMatching(/^read: /), expect.stringMatching(/^part \d+: /)]);

    await page.goto(`${site.origin}/runs/flow-run/${await newestRun("train-model")}`);
    await page
      .getByRole("region", { name: "Why it crashed" })
      .or(failure)
      .getByText(/SIGTERM|termination signal/)
      .first()
      .waitFor();
    // Prefect's client ends without sending the lines that it has not sent yet.
    if (command !== python) await page.getByRole("log").getByText("round 1").waitFor();
    await page.getByRole("treeitem", { name: /train/ }).first().waitFor();
    expect(problems).toEqual([]);
    await close();
  },
  90_000,
);
