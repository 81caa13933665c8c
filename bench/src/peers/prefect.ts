import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect, load } from "../http-load.ts";
import { type Effort, type Measurement, percentile, type Unit } from "../row.ts";
import { freePort } from "../target.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../programs/tasks.py", import.meta.url));
const cache = fileURLToPath(new URL("../../../node_modules/.cache/ostinato/prefect", import.meta.url));

/** What its server runs with: newer ones break it. */
const packages = ["prefect==3.8.8", "fastapi==0.150.0", "sqlalchemy<2.1"];

/** The same work on a Prefect server and client, on SQLite, in the same run on the same machine. */
export async function* prefectRows({ runs }: Effort): AsyncIterable<Measurement> {
  const python = await findPython();
  if (python === undefined) {
    console.log("Prefect is left out: there is no Python that can install it (PREFECT_PYTHON names one that has it).");
    return;
  }
  const server = await startPrefect(python);
  try {
    yield* requestRows(server.apiUrl, Math.min(runs, 3));
    yield* flowRows(python, server.apiUrl);
  } finally {
    await server.stop();
  }
}

async function findPython(): Promise<string | undefined> {
  if (process.env.PREFECT_PYTHON !== undefined) return process.env.PREFECT_PYTHON;
  const python = join(cache, "bin", "python");
  try {
    if (!existsSync(python)) await run("python3", ["-m", "venv", cache]);
    await run(python, ["-m", "pip", "install", "--quiet", ...packages]);
    return python;
  } catch {
    return undefined;
  }
}

async function startPrefect(python: string) {
  const home = await mkdtemp(join(tmpdir(), "prefect-bench-"));
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}/api`;
  const env = { ...process.env, PREFECT_HOME: home, PREFECT_SERVER_ANALYTICS_ENABLED: "false", DO_NOT_TRACK: "1" };
  const child = spawn(python, ["-m", "prefect", "server", "start", "--port", String(port)], { env, stdio: "ignore" });
  await untilHealthy(apiUrl, child);
  return {
    apiUrl,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function untilHealthy(apiUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${apiUrl}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The Prefect server did not start");
}

function measured(row: string, unit: Unit, samples: readonly number[], how: string): Measurement {
  return { row, where: "prefect", unit, samples, how };
}

async function* requestRows(apiUrl: string, runs: number): AsyncIterable<Measurement> {
  const server = connect(apiUrl, 16);
  const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench" });
  const ids: string[] = [];
  const create = async () => {
    const { status, text } = await server.send("POST", "/flow_runs/", { flow_id: flow.id, parameters: { n: 3 } });
    if (status < 300) ids.push(JSON.parse(text).id);
  };
  const creates: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const before = ids.length;
    const { perSecond } = await load(200, 16, create);
    creates.push((perSecond * (ids.length - before)) / 200); // What it refused does not count.
  }
  yield measured("creates", "/s", creates, "200 a run from 16 connections, those that it accepted");
  for (const [row, connections] of [
    ["set_state, 1 connection", 1],
    ["set_state, 16 connections", 16],
  ] as const) {
    const rates: number[] = [];
    const p99: number[] = [];
    for (let index = 0; index < runs; index += 1) {
      const { perSecond, latencies } = await load(150, connections, (call) =>
        server.send("POST", `/flow_runs/${ids[call % ids.length]}/set_state`, { state: { type: "RUNNING" } }),
      );
      rates.push(perSecond);
      p99.push(percentile(latencies, 0.99));
    }
    yield measured(row, "/s", rates, "150 a run");
    if (connections > 1) yield measured("set_state p99, 16 connections", "ms", p99, "of the same calls");
  }
  const reading = await load(300, 16, (call) => server.send("GET", `/flow_runs/${ids[call % ids.length]}`));
  yield measured("read one run", "/s", [reading.perSecond], "300 from 16 connections");
  const filtering = await load(30, 1, () =>
    server.send("POST", "/flow_runs/filter", { sort: "START_TIME_DESC", limit: 200 }),
  );
  yield measured("filter of 200 runs", "/s", [filtering.perSecond], "30, one connection");
  server.close();
}

async function* flowRows(python: string, apiUrl: string): AsyncIterable<Measurement> {
  for (const size of [1, 100, 1000]) {
    for (const mode of ["concurrent", "sequential"]) {
      const { stdout } = await run(python, [program, String(size), mode], {
        env: { ...process.env, PREFECT_API_URL: apiUrl, PREFECT_LOGGING_LEVEL: "CRITICAL", DO_NOT_TRACK: "1" },
        maxBuffer: 64 * 1024 * 1024,
      });
      const ended = performance.now();
      const { id, seconds } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { id: string; seconds: number };
      const name = `flow of ${size} tasks, ${mode}`;
      yield measured(`${name}: client`, "s", [seconds], "the same flow in Python");
      if (mode === "sequential") continue;
      await untilFinished(apiUrl, id, size);
      yield measured(`${name}: per task`, "ms", [(seconds * 1000) / size], "the same, by task");
      yield measured(
        `${name}: seen finished`,
        "s",
        [seconds + (performance.now() - ended) / 1000],
        "asked every 50 ms",
      );
    }
  }
}

async function untilFinished(apiUrl: string, id: string, size: number): Promise<void> {
  const server = connect(apiUrl, 1);
  const body = { flow_runs: { id: { any_: [id] } }, task_runs: { state: { type: { any_: ["COMPLETED"] } } } };
  while ((await server.json<number>("POST", "/task_runs/count", body)) < size) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  server.close();
}
