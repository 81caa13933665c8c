import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@ostinato/client";
import { filterFlowRuns } from "@ostinato/protocol";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

/** Bounds for a machine that is busy with other things. */
const patient = { timeout: 180_000 };

const folder = fileURLToPath(new URL("..", import.meta.url));
const repository = join(folder, "../..");
const ostinato = join(repository, "packages/ostinato/src/bin.mjs");
/** A Python with Prefect 3. */
const python = process.env.PREFECT_PYTHON;

interface Service {
  readonly image: string;
  readonly command?: string;
}
const { services, networks } = parse(readFileSync(join(folder, "compose.yaml"), "utf8"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: { readonly servers: { readonly name: string } };
};

let server: RecordingServer;
let environment: NodeJS.ProcessEnv;
let worker: ChildProcess;

beforeAll(async () => {
  server = await startRecordingServer();
  environment = {
    ...process.env,
    OSTINATO_LOG_LEVEL: "info",
    PATH: [dirname(process.execPath), join(repository, "node_modules/.bin"), process.env.PATH].join(delimiter),
    PREFECT_API_URL: process.env.OSTINATO_API_URL,
    PREFECT_HOME: join(server.home, "prefect"),
    PREFECT_SERVER_ANALYTICS_ENABLED: "false",
    DO_NOT_TRACK: "1",
    ...(python === undefined ? {} : { VIRTUAL_ENV: dirname(dirname(python)) }),
  };
  for (const command of commandsOfReadme(/^work-/)) expect(await run(command)).toMatchObject({ code: 0 });
  expect(await inShell(deployCommand())).toMatchObject({ code: 0 });
  // Its pool is there by then; in Compose the worker may come first.
  const [, ...words] = services.machine?.command?.split(" ") ?? [];
  worker = spawn(process.execPath, [ostinato, ...words], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilItSays(worker, 'worker "machine" serves work pool "machines" (process)');
}, patient.timeout);

afterAll(async () => {
  const ended = once(worker, "exit");
  worker.kill("SIGTERM");
  await ended;
  await server[Symbol.asyncDispose]();
}, patient.timeout);

/** The commands of the README's first chapter, in order, without those that run until Ctrl-C and those for Python. */
function commandsOfReadme(wanted: RegExp): readonly string[] {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const [, chapter = ""] = /## Run it([\s\S]*?)## Try it/.exec(readme) ?? [];
  const commands = [...chapter.matchAll(/^npx --no ostinato (.*)$/gm)].map(([, command = ""]) => command);
  return commands.filter((command) => wanted.test(command) && !command.includes("stocktaking"));
}

/** What the service `deploy` of Compose does; without Prefect only the part for TypeScript. */
function deployCommand(): string {
  const [, line = ""] = /^sh -c "(.*)"$/.exec(services.deploy?.command ?? "") ?? [];
  const parts = line.split(" && ");
  expect(parts.at(-1)).toBe("prefect --no-prompt deploy --all");
  if (python === undefined) return parts.slice(0, -1).join(" && ");
  return line.replace("prefect ", `${join(dirname(python), "prefect")} `);
}

async function untilItSays({ stderr }: ChildProcess, text: string): Promise<void> {
  let said = "";
  for await (const part of stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    said += String(part);
    if (said.includes(text)) break;
  }
  stderr?.resume();
  expect(said).toContain(text);
}

function run(command: string) {
  return finished(promisify(execFile)(process.execPath, [ostinato, ...command.split(" ")], options()));
}

function inShell(line: string) {
  return finished(promisify(execFile)("sh", ["-c", line], options()));
}

function options() {
  return { cwd: folder, env: environment };
}

async function finished(command: Promise<{ readonly stdout: string; readonly stderr: string }>) {
  const {
    code = 0,
    stdout,
    stderr,
  } = await command.then(
    (said) => ({ ...said, code: 0 }),
    (error) => error,
  );
  return { code: Number(code), stdout: String(stdout), stderr: String(stderr) };
}

async function runsByName(...names: readonly string[]) {
  const client = createClient({ baseUrl: environment.OSTINATO_API_URL ?? "" });
  const runs = await client.call(filterFlowRuns, { body: { flow_runs: { name: { any_: [...names] } } } });
  return runs.toSorted((a, b) => Date.parse(a.start_time ?? "") - Date.parse(b.start_time ?? ""));
}

it("runs what is deployed by the config and by the program", patient, async () => {
  const commands = commandsOfReadme(/^deployment run/);
  expect(commands).toEqual([expect.stringContaining("forecast/nightly"), expect.stringContaining("reorder/now")]);
  for (const [index, command] of commands.entries()) {
    expect(await run(`${command} --name readme-${index}`)).toMatchObject({ code: 0 });
  }
  const [forecast, order] = await runsByName("readme-0", "readme-1");
  expect((await server.recorded(forecast?.id ?? "")).artifacts).toMatchObject([{ key: "loaves" }]);
  expect((await server.recorded(order?.id ?? "")).logs).toContain("Seoul orders 239 loaves");
});

it("runs what is urgent first, one at a time", patient, async () => {
  const commands = [
    "work-pool set-concurrency-limit machines 1",
    "work-pool pause machines",
    "deployment run forecast/nightly --name first",
    "deployment run forecast/nightly --name second",
    "deployment run reorder/now -p shop=Busan --name order",
  ];
  for (const command of commands) expect(await run(command)).toMatchObject({ code: 0 });
  const waiting = await run("flow-run waiting second");
  expect(waiting.stdout).toContain('The work pool "machines" is paused');
  // It is due after all others, and ends when they have ended.
  expect(await run("work-pool resume machines")).toMatchObject({ code: 0 });
  expect(await run("deployment run forecast/nightly --priority 1 --name last --watch")).toMatchObject({ code: 0 });
  const runs = await runsByName("first", "second", "order", "last");
  expect(runs.map(({ name }) => name)).toEqual(["order", "first", "second", "last"]);
  for (const [index, { start_time }] of runs.entries()) {
    const before = runs[index - 1]?.end_time ?? start_time;
    expect(Date.parse(start_time ?? "")).toBeGreaterThanOrEqual(Date.parse(before ?? ""));
  }
});

describe.skipIf(python === undefined)("with the Python that PREFECT_PYTHON names", () => {
  it("runs the program for Prefect", patient, async () => {
    const { code } = await run("deployment run stocktaking/nightly --name counted --watch");
    expect(code).toBe(0);
    const [counted] = await runsByName("counted");
    // Prefect's client sends the last lines after the run has ended.
    const recorded = () => server.recorded(counted?.id ?? "");
    await expect.poll(async () => (await recorded()).logs, patient).toContain("Busan has 25 loaves left");
    expect((await recorded()).artifacts).toMatchObject([{ key: "stock" }]);
  });
});

it("names one image and one network in all of its files, and files that are there", async () => {
  const { default: config } = await import("../ostinato.config.ts");
  const container = config.deployments.find(({ name }) => name === "in-a-container");
  const dockerfile = readFileSync(join(folder, "Dockerfile"), "utf8");
  const own = Object.values(services).filter(({ command }) => command !== undefined);
  expect(new Set(own.map(({ image }) => image))).toEqual(new Set([container?.image]));
  expect(dockerfile).toContain(`docker build -t ${container?.image} `);
  expect(container?.jobVariables).toMatchObject({ networks: [networks.servers.name] });
  const copied = [...dockerfile.matchAll(/examples\/workers\/(?!Dockerfile)\S+/g)].map(([path]) => path);
  expect(copied.length).toBeGreaterThanOrEqual(3);
  expect(copied.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});
