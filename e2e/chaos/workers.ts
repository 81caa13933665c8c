import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Random } from "./random.ts";

const program = fileURLToPath(new URL("workload.ts", import.meta.url));

/** Processes that run flows, one after the other, and go on with those that were killed. */
export interface Workers {
  killOne(random: Random): Promise<void>;
  /** Lets what runs end, and tells what came of it. */
  finish(): Promise<WorkDone>;
}

export interface WorkDone {
  readonly flowRuns: readonly string[];
  /** Flow runs that ended with a value that is not the right one, or with an error. */
  readonly wrong: readonly string[];
  /** Calls of tasks that ran again though the server had their result before the run went on. */
  readonly repeated: readonly string[];
  readonly resumed: number;
}

interface Work {
  readonly name: string;
  readonly steps: number;
  readonly ledger: string;
  child: ChildProcess | undefined;
  id: string | undefined;
  killed: boolean;
}

export function startWorkers(apiUrl: string, folder: string, count: number): Workers {
  const flowRuns: string[] = [];
  const wrong: string[] = [];
  const repeated: string[] = [];
  const running = new Set<Work>();
  let started = 0;
  let resumed = 0;
  let stopping = false;

  async function one(): Promise<void> {
    started += 1;
    const name = `run-${started}`;
    const work: Work = {
      name,
      steps: 12 + (started % 17),
      ledger: join(folder, name),
      child: undefined,
      id: undefined,
      killed: false,
    };
    running.add(work);
    try {
      let result = await runOnce(apiUrl, work);
      while (result === "killed") {
        if (work.id === undefined) return; // It died before there was a run: nothing was promised.
        resumed += 1;
        const kept = await keptCalls(apiUrl, work.id);
        const before = await calls(work.ledger);
        result = await runOnce(apiUrl, work);
        const after = (await calls(work.ledger)).slice(before.length);
        repeated.push(...after.filter((call) => kept.has(call)));
      }
      if (work.id !== undefined) flowRuns.push(work.id);
      if (result !== expected(work.steps)) wrong.push(`${name} (${work.id}): ${result}`);
    } finally {
      running.delete(work);
    }
  }

  async function lane(): Promise<void> {
    while (!stopping) await one();
  }

  const lanes = Promise.all(Array.from({ length: count }, lane));
  return {
    async killOne(random) {
      const candidates = [...running].filter(({ child, id }) => child !== undefined && id !== undefined);
      if (candidates.length === 0) return;
      const work = random.pick(candidates);
      work.killed = true;
      work.child?.kill("SIGKILL");
    },
    async finish() {
      stopping = true;
      await lanes;
      return { flowRuns, wrong, repeated, resumed };
    },
  };
}

/** What the flow comes to when nothing is lost and nothing is done twice. */
function expected(steps: number): string {
  const sum = Array.from({ length: steps }, (_, index) => index * 2).reduce((total, value) => total + value, 0);
  return String(sum + (steps % 3) * 10);
}

function runOnce(apiUrl: string, work: Work): Promise<string> {
  const resume = work.id === undefined ? [] : [work.id];
  work.killed = false;
  const child = spawn(process.execPath, [program, work.ledger, work.name, String(work.steps), ...resume], {
    env: {
      ...process.env,
      OSTINATO_API_URL: apiUrl,
      OSTINATO_LOG_LEVEL: "off",
      OSTINATO_HOME: join(work.ledger, ".."),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  work.child = child;
  let output = "";
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  child.stdout.on("data", (text) => {
    output += text;
    work.id ??= /"id":"([^"]+)"/.exec(output)?.[1];
  });
  return new Promise((resolve) => {
    child.once("close", () => {
      work.child = undefined;
      if (process.env.CHAOS_DEBUG !== undefined && errors !== "") console.error(errors);
      const result = /"result":([^}]+)\}/.exec(output)?.[1];
      resolve(result ?? (work.killed ? "killed" : `failed: ${firstError(errors)}`));
    });
  });
}

function firstError(output: string): string {
  const lines = output.trim().split("\n");
  return lines.find((line) => /Error|:.*code:/.test(line)) ?? lines.at(-1) ?? "";
}

async function calls(ledger: string): Promise<readonly string[]> {
  return (await readFile(ledger, "utf8").catch(() => "")).split("\n").filter(Boolean);
}

/** The calls of `step` in the run and its subflows whose result the server has, in the words of the ledger. */
async function keptCalls(apiUrl: string, flowRunId: string): Promise<ReadonlySet<string>> {
  const subflows = await patiently<{ id: string }[]>(`${apiUrl}/flow_runs/filter`, {
    flow_runs: { parent_flow_run_id: { any_: [flowRunId] } },
  });
  const kept = new Set<string>();
  for (const id of [flowRunId, ...subflows.map((subflow) => subflow.id)]) {
    const runs = await patiently<{ id: string }[]>(`${apiUrl}/task_runs/filter`, {
      flow_runs: { id: { any_: [id] } },
      task_runs: { name: { like_: "step" }, state: { type: { any_: ["COMPLETED"] } } },
    });
    for (const run of runs) {
      const { inputs } = await patiently<{ inputs: { preview: { value: unknown } }[] }>(
        `${apiUrl}/task_runs/${run.id}/inputs`,
      );
      kept.add(`step ${inputs.map(({ preview }) => preview.value).join(" ")}`);
    }
  }
  return kept;
}

/** Asks until the server answers: it may be down just now. */
export async function patiently<T>(url: string, body?: unknown): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(url, {
        signal: AbortSignal.timeout(20_000),
        ...(body === undefined
          ? {}
          : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      if (response.ok) return (await response.json()) as T;
      if (response.status < 500) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    } catch (error) {
      if (attempt > 600 || (error instanceof Error && / answered 4/.test(error.message))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
