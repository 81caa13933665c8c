import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect } from "../http-load.ts";
import type { Group, Measurement, Unit } from "../row.ts";
import type { Target } from "../target.ts";

const program = fileURLToPath(new URL("../programs/tasks.ts", import.meta.url));

const sizes = [1, 100, 1000, 10_000] as const;

/** Flows of tasks that do nothing, by the SDK in a process of its own, against the server. */
export const flows: Group = {
  name: "flows",
  rows: [
    ...sizes.flatMap((size) => [
      `flow of ${size} tasks, concurrent: client`,
      `flow of ${size} tasks, concurrent: per task`,
      `flow of ${size} tasks, concurrent: seen finished`,
      `flow of ${size} tasks, sequential: client`,
    ]),
    "cached task",
  ],
  async *measure(target, { runs, scale }) {
    for (const size of sizes) {
      if (size > 1000 && scale < 1) continue;
      for (const mode of ["concurrent", "sequential"] as const) yield* flowRows(target, { size, mode, runs });
    }
    const cached = await measured(runs, () => runFlow(target, 200, "cached"));
    yield row(
      target,
      "cached task",
      "ms",
      cached.map(({ seconds }) => (seconds * 1000) / 200),
      "200 calls of ten inputs, by cache key",
    );
  },
};

interface FlowWork {
  readonly size: number;
  readonly mode: "concurrent" | "sequential";
  readonly runs: number;
}

async function* flowRows(target: Target, { size, mode, runs }: FlowWork): AsyncIterable<Measurement> {
  const times = await measured(size > 1000 ? Math.min(runs, 3) : runs, () => runFlow(target, size, mode));
  const name = `flow of ${size} tasks, ${mode}`;
  const how = `${size} tasks that return their argument, SDK in its own process; the run's start and end are in it`;
  yield row(
    target,
    `${name}: client`,
    "s",
    times.map(({ seconds }) => seconds),
    how,
  );
  if (mode === "sequential") return;
  yield row(
    target,
    `${name}: per task`,
    "ms",
    times.map(({ seconds }) => (seconds * 1000) / size),
    "the same, by task",
  );
  yield row(
    target,
    `${name}: seen finished`,
    "s",
    times.map(({ seen }) => seen),
    "from the call until a count of the run's completed tasks is whole",
  );
}

function row(target: Target, name: string, unit: Unit, samples: readonly number[], how: string): Measurement {
  return { row: name, where: target.name, unit, samples, how };
}

interface FlowTimes {
  readonly seconds: number;
  readonly seen: number;
}

async function runFlow(target: Target, size: number, mode: string): Promise<FlowTimes> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, String(size), mode], {
    env: { ...process.env, OSTINATO_API_URL: target.apiUrl, OSTINATO_LOG_LEVEL: "off" },
  });
  const ended = performance.now();
  const { id, seconds } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { id: string; seconds: number };
  await untilFinished(target.apiUrl, id, size);
  return { seconds, seen: seconds + (performance.now() - ended) / 1000 };
}

async function untilFinished(apiUrl: string, flowRunId: string, size: number): Promise<void> {
  const server = connect(apiUrl, 1);
  const body = { flow_runs: { id: { any_: [flowRunId] } }, task_runs: { state: { type: { any_: ["COMPLETED"] } } } };
  while ((await server.json<number>("POST", "/task_runs/count", body)) < size) {}
  server.close();
}

async function measured<T>(runs: number, once: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await once());
  return all;
}
