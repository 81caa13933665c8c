import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startS3Server } from "@ostinato/testing/s3-server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { cleanEnvironment, installProduct, repository, runClean } from "./product.ts";
import { startOstinato } from "./server-process.ts";

/** The product as a user gets it: packed, installed in an empty folder, with nothing of the repository in reach. */

// A user's compiler and a user's npm take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const program = `
import { artifact, currentRun, flow, log, task, type TaskFuture } from "ostinato";
import { createClient } from "ostinato/client";
import { fakeClock } from "ostinato/testing";

const double = task({ name: "double", retries: 1, retryDelay: "10ms" }, (n: number) => n * 2);
const sum = task(function sum(...numbers: number[]) {
  return numbers.reduce((total, n) => total + n, 0);
});

export const total = flow({ name: "total" }, async function total({ upTo }: { upTo: number }) {
  const doubled: TaskFuture<number>[] = Array.from({ length: upTo }, (_, n) => double(n));
  const result: number = await sum(...doubled);
  log.info("the sum is", { result });
  await artifact.markdown({ key: "sum", markdown: \`# \${result}\` });
  return { result, run: currentRun().id };
});

// @ts-expect-error The parameter is a number.
export const wrong = () => total({ upTo: "4" });
export const uses = [createClient, fakeClock];

// @ts-expect-error The types declare it, because task() takes it, but the package does not export it.
export type Internal = import("ostinato").TaskFunction;

const { result, run } = await total({ upTo: 4 });
console.log(JSON.stringify({ result, run }));
`;

const storedProgram = `
import { aws } from "@ostinato/aws";
import { flow, task } from "ostinato";

const load = task(async function load() { return [aws.name]; });
const run = flow({ name: "stored", resultStorage: "s3://installed/results" }, async () => void (await load()))();
await run;
console.log(await run.created);
`;

let folder: string;
let home: string;

beforeAll(async () => {
  const scratch = await mkdtemp(join(tmpdir(), "ostinato-installed-"));
  folder = join(scratch, "project");
  home = join(scratch, "home");
  await installProduct(folder);
  await writeFile(join(folder, "total.ts"), program);
}, 300_000);

afterAll(() => rm(dirname(folder), { recursive: true, force: true, maxRetries: 5 }));

test("the package names no workspace and no path of the machine it was made on", () => {
  const files = globSync("node_modules/ostinato/**/*.{js,ts,json}", { cwd: folder });
  expect(files.length).toBeGreaterThan(10);
  const telling = files.filter((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return text.includes(repository) || /(from|import|import\() ?"@ostinato\//.test(text);
  });
  expect(telling).toEqual([]);
});

/** What is neither imported by its name nor seen by an audit: its code is in the files of the package. */
const partsOfPages = [
  "@fontsource-variable/inter",
  "@fontsource-variable/jetbrains-mono",
  "@radix-ui/react-dialog",
  "@tanstack/react-query",
  "@tanstack/react-router",
  "elkjs",
  "hast-util-sanitize",
  "katex",
  "mermaid",
  "micromark-extension-gfm",
  "react",
  "react-dom",
  "tailwindcss",
];
const partsOfCode = ["devalue", "fastify", "kysely", "pino", "typebox"];

test("the licences of all that is inside come with it, and where the sources are", () => {
  const notices = readFileSync(join(folder, "node_modules/ostinato/THIRD-PARTY-LICENSES.txt"), "utf8");
  const parts = new Map(
    notices
      .split(/\n\n-{80}\n\n/)
      .slice(1)
      .map((part) => [/^(\S+) \S+ \(/.exec(part)?.[1] ?? part, part]),
  );
  expect([...parts.keys()]).toEqual(expect.arrayContaining([...partsOfPages, ...partsOfCode]));
  for (const part of parts.values()) {
    expect(part).toMatch(/Its source, under the licence that follows: https:\/\/\S+/);
    expect(part).toMatch(/copyright|licen[cs]e/i);
    expect(part.length).toBeGreaterThan(500);
  }
  expect(parts.get("elkjs")).toMatch(/https:\/\/github\.com\/kieler\/elkjs.*Eclipse Public License - v 2\.0/s);
});

test("the licence of each font stands beside it", () => {
  const assets = join(folder, "node_modules/ostinato/dist/ui/assets");
  const fonts = globSync("*.woff2", { cwd: assets });
  const licences = globSync("*-LICENSE.txt", { cwd: assets });
  expect(fonts.length).toBeGreaterThan(0);
  const isOf = (font: string, licence: string) =>
    font.toLowerCase().startsWith(licence.replace("-LICENSE.txt", "").toLowerCase());
  expect(fonts.filter((font) => !licences.some((licence) => isOf(font, licence)))).toEqual([]);
  for (const file of licences) {
    const licence = file.startsWith("katex") ? "The MIT License" : "SIL Open Font License";
    expect(readFileSync(join(assets, file), "utf8")).toContain(licence);
  }
});

test("a list in CycloneDX names every package that is inside, by its address", () => {
  const installed = join(folder, "node_modules/ostinato");
  const { bomFormat, metadata, components } = JSON.parse(readFileSync(join(installed, "sbom.cdx.json"), "utf8"));
  const { version } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  expect([bomFormat, metadata.component.purl]).toEqual(["CycloneDX", `pkg:npm/ostinato@${version}`]);
  const addresses: string[] = components.map(({ purl }: { purl: string }) => purl);
  for (const part of [...partsOfPages, ...partsOfCode]) {
    expect(addresses).toContainEqual(expect.stringMatching(`^pkg:npm/${part.replace("@", "%40")}@[0-9.]+$`));
  }
  const notices = readFileSync(join(installed, "THIRD-PARTY-LICENSES.txt"), "utf8");
  expect(addresses).toHaveLength(notices.split(/\n\n-{80}\n\n/).length - 1);
});

test("the command says its version", async () => {
  const { version } = JSON.parse(readFileSync(join(folder, "node_modules/ostinato/package.json"), "utf8"));
  const { stdout } = await run("npx", ["ostinato", "version"]);
  expect(stdout).toContain(version);
});

test("an old Node is told so, by the command and by an import", async () => {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.1.0" })`;
  for (const file of ["bin.js", "index.js", "client.js"]) {
    const started = run(process.execPath, ["--import", pretend, join("node_modules/ostinato/dist", file)]);
    await expect(started).rejects.toThrow(/needs Node(\.js)? 24 or newer.*20\.1\.0/);
  }
});

test("a program type-checks against it, strictly, with the types of its dependencies", async () => {
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        module: "nodenext",
        target: "es2024",
        noEmit: true,
      },
      files: ["total.ts"],
    }),
  );
  await run(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", folder]);
});

test("its types keep what an editor shows: the comment and every overload", async () => {
  const dist = join(folder, "node_modules/ostinato/dist");
  const types = globSync("*.d.ts", { cwd: dist }).map((file) => readFileSync(join(dist, file), "utf8"));
  expect(types.join("\n").match(/declare function task</g)).toHaveLength(2);
  expect(types.join("\n")).toMatch(/ \*\/\n(?:export )?declare function task</);
});

test("a program runs without a server, and the command finds its run afterwards", async () => {
  const { stdout } = await run(process.execPath, ["total.ts"]);
  const { result, run: id } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toBe(12);
  const inspected = await run("npx", ["ostinato", "flow-run", "inspect", id, "--json"]);
  expect(JSON.parse(inspected.stdout)).toMatchObject({ id, state_type: "COMPLETED" });
});

test("its server shows its pages", async () => {
  const server = await startOstinato({}, join(folder, "node_modules/ostinato/dist/bin.js"));
  try {
    const page = await (await fetch(`${server.url}/runs`)).text();
    const [, script] = /<script[^>]+src="([^"]+)"/.exec(page) ?? [];
    const answer = await fetch(new URL(script ?? "missing", `${server.url}/`));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("javascript");
  } finally {
    await server.stop();
  }
});

test("an integration is installed beside it, type-checks, and is loaded when its store is used", async () => {
  const s3 = await startS3Server("installed");
  try {
    await run(process.execPath, [join(repository, "scripts/pack.ts"), folder, "@ostinato/aws"]);
    const [tarball = "missing"] = globSync("ostinato-aws-*.tgz", { cwd: folder });
    await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${tarball}`]);
    await writeFile(join(folder, "stored.ts"), storedProgram);
    const compilerOptions = { strict: true, module: "nodenext", target: "es2024", noEmit: true, skipLibCheck: true };
    await writeFile(join(folder, "stored.json"), JSON.stringify({ compilerOptions, files: ["stored.ts"] }));
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    await run(process.execPath, [tsc, "-p", join(folder, "stored.json")]);
    const { stdout } = await run(process.execPath, ["stored.ts"], s3.environment);
    const id = stdout.trim().split("\n").at(-1) ?? "";
    const inspected = await run("npx", ["ostinato", "task-run", "ls", "--flow-run", id, "--json"]);
    expect(JSON.parse(inspected.stdout)).toHaveLength(1);
    expect(await s3.keys("installed")).toContainEqual(expect.stringMatching(/^results\/[\w-]+$/));
  } finally {
    await s3.stop();
  }
});

test("SIGTERM to npx stops the server that it has started", async () => {
  const env = { ...cleanEnvironment(), OSTINATO_HOME: join(dirname(folder), "by-npx"), OSTINATO_SERVER_PORT: "0" };
  const npx = spawn("npx", ["ostinato", "server", "start", "--json"], { cwd: folder, env });
  const [line] = (await once(npx.stdout.setEncoding("utf8"), "data")) as [string];
  const { pid, url } = JSON.parse(line) as { pid: number; url: string };
  try {
    expect((await fetch(`${url}/api/health`)).status).toBe(200);
    npx.kill("SIGTERM");
    // The server holds the same output, so that ends with it.
    await once(npx, "close");
    await expect(fetch(`${url}/api/health`)).rejects.toThrow();
  } finally {
    if (isRunning(pid)) process.kill(pid, "SIGKILL");
  }
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return runClean(program, args, folder, { OSTINATO_HOME: home, ...environment });
}
