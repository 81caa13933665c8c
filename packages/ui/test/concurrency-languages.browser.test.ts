import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { filterConcurrencyLimits } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
let folder: string;
const programs: ChildProcess[] = [];

beforeEach(async () => {
  site = await startSite();
  folder = await mkdtemp(join(tmpdir(), "ostinato-limits-"));
  await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
});

afterEach(async () => {
  for (const program of programs.splice(0)) if (program.kill("SIGKILL")) await once(program, "close");
  await site.close();
  await rm(folder, { recursive: true });
});

const python = process.env.PREFECT_PYTHON;
const languages = {
  TypeScript: { binaries: dirname(process.execPath), command: process.execPath, file: "hold.ts" },
  Python: { binaries: dirname(python ?? ""), command: python ?? "", file: "hold.py" },
} as const;
type Language = keyof typeof languages;

/** Holds a slot until something is written to it. */
const holding: Readonly<Record<Language, string>> = {
  TypeScript: `import { once } from "node:events";
import { concurrency, flow } from "ostinato";

await flow({ name: "in TypeScript" }, async () => {
  await using _slot = await concurrency("database");
  await once(process.stdin, "data");
})();
process.exit();
`,
  Python: `import sys
from prefect import flow
from prefect.concurrency.sync import concurrency

@flow(name="in Python")
def hold():
    with concurrency("database"):
        sys.stdin.readline()

hold()
`,
};

/** Prefect's clients stand in line, and are known by their runs, where they say who they are. */
const namedInPython = holding.Python.replace(
  'concurrency("database")',
  'concurrency("database", holder=ConcurrencyLeaseHolder(type="flow_run", id=flow_run.id))',
).replace(
  "from prefect import flow",
  "from prefect import flow\nfrom prefect.runtime import flow_run\nfrom prefect.client.schemas.objects import ConcurrencyLeaseHolder",
);

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

async function start(language: Language, code = holding[language]): Promise<() => Promise<void>> {
  const { binaries, command, file } = languages[language];
  await writeFile(join(folder, file), code);
  const program = spawn(command, [join(folder, file)], {
    cwd: folder,
    env: environment(binaries),
    stdio: ["pipe", "ignore", "ignore"],
  });
  programs.push(program);
  return async () => {
    program.stdin?.write("go on\n");
    await once(program, "close");
  };
}

const table = (page: Page, name: string) => page.getByRole("table", { name });
const nameIn = (page: Page, name: string) => table(page, name).getByRole("link").first();

async function openLimit() {
  await promisify(execFile)("npx", ["ostinato", "concurrency-limit", "create", "database", "--limit", "1"], {
    cwd: folder,
    env: environment(languages.TypeScript.binaries),
  });
  const opened = await site.open("/concurrency-limits/database");
  // Programs take their time to start on a busy machine.
  opened.page.setDefaultTimeout(40_000);
  return opened;
}

/** One program holds the only slot, another one waits for it and gets it; both are on the page by their runs. */
async function passesOn(second: Language, code?: string): Promise<void> {
  const { page, problems, close } = await openLimit();
  const endFirst = await start("TypeScript");
  await nameIn(page, "Holders").waitFor();
  const endSecond = await start(second, code);
  await nameIn(page, "Waiting").waitFor();
  const waiter = (await nameIn(page, "Waiting").textContent()) ?? "";
  expect(await accessibilityProblems(page)).toEqual([]);
  await endFirst();
  await table(page, "Holders").getByRole("link", { name: waiter }).waitFor();
  await page.getByText("Nobody waits.").waitFor();
  await endSecond();
  await page.getByText("Nobody holds a slot.").waitFor();
  expect(problems).toEqual([]);
  await close();
}

test("one program passes its slot on to another one, both known by their runs", () => passesOn("TypeScript"), 120_000);

test.skipIf(python === undefined)(
  "so does one in TypeScript to one in Python (PREFECT_PYTHON)",
  () => passesOn("Python", namedInPython),
  180_000,
);

/** A run waits for a slot that another program holds: its page leads to that of the limit. */
async function leadsToTheLimit(first: Language, holder: string | RegExp): Promise<void> {
  const { page, problems, close } = await openLimit();
  const endFirst = await start(first);
  await table(page, "Holders").getByText(holder).first().waitFor();
  const endSecond = await start("TypeScript");
  await nameIn(page, "Waiting").click();
  const waits = page.getByRole("region", { name: "What it waits for" });
  await waits.getByText('The only slot of the limit "database" is taken.').waitFor();
  await waits.getByRole("link", { name: "The limit database" }).click();
  await table(page, "Holders").getByText(holder).first().waitFor();
  await endFirst();
  await nameIn(page, "Holders").waitFor();
  await endSecond();
  await page.getByText("Nobody holds a slot.").waitFor();
  expect(problems).toEqual([]);
  await close();
}

test("a run that waits leads to the limit", () => leadsToTheLimit("TypeScript", /./), 120_000);

test.skipIf(python === undefined)(
  "which names a program where a Prefect client does not say who it is (PREFECT_PYTHON)",
  () => leadsToTheLimit("Python", "a program"),
  180_000,
);

/** Does what the empty page says: gives the command to a shell, and runs the program. */
async function follows(language: Language): Promise<void> {
  const { binaries, command, file } = languages[language];
  const { page, problems, close } = await site.open("/concurrency-limits");
  await page.getByRole("tab", { name: language }).click();
  const [create = "", code = ""] = await page.getByRole("tabpanel").locator("pre").allTextContents();
  const env = environment(binaries);
  await promisify(execFile)("sh", ["-c", create], { cwd: folder, env });
  await page.getByRole("link", { name: "database" }).waitFor({ timeout: 20_000 });
  await page.getByText("0 / 2").waitFor();
  await writeFile(join(folder, file), code);
  const { stdout } = await promisify(execFile)(command, [join(folder, file)], { cwd: folder, env });
  expect(stdout).toContain("no more than 2 are here at once");
  const limits = await site.client.call(filterConcurrencyLimits, { body: {} });
  expect(limits).toMatchObject([{ name: "database", limit: 2, active_slots: 0 }]);
  expect(problems).toEqual([]);
  await close();
}

test(
  "the lines of the empty page make a limit and take a slot of it in TypeScript",
  () => follows("TypeScript"),
  60_000,
);

test.skipIf(python === undefined)(
  "so do those in Python, where there is a Prefect client (PREFECT_PYTHON)",
  () => follows("Python"),
  120_000,
);
