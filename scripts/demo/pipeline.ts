import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { command, type DemoServer } from "./server.ts";

/** The last line of `--once`. */
export interface PipelineResult {
  readonly flow_run_id: string | null;
  readonly state: string;
  readonly seconds: number;
  readonly rows: number | null;
  readonly error_minutes: number | null;
  readonly url: string | null;
}

const pipeline = fileURLToPath(new URL("../../examples/flight-delays/src/flow.ts", import.meta.url));

/** Runs the flight-delay pipeline by `ostinato run`, as users do, and shows its progress. */
export async function runPipeline(server: DemoServer): Promise<PipelineResult> {
  const child = spawn(process.execPath, [command, "run", pipeline, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: server.environment,
    // Ctrl-C reaches it through this program only, as it does the server: a second one would mean "at once".
    detached: true,
  });
  server.onStop(() => child.kill("SIGINT"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  await once(child, "close");
  const result = resultOf(output.trimEnd().split("\n").at(-1) ?? "");
  if (!server.stopping) console.error(sentenceOf(result));
  return result;
}

function resultOf(line: string): PipelineResult {
  const { flow_run_id, state_type, seconds, url, result } = parse(line);
  return {
    flow_run_id: flow_run_id ?? null,
    state: state_type ?? "CRASHED",
    seconds: seconds ?? 0,
    rows: result?.rows ?? null,
    error_minutes: result?.error_minutes ?? null,
    url: url ?? null,
  };
}

interface RunLine {
  readonly flow_run_id?: string | null;
  readonly state_type?: string;
  readonly seconds?: number;
  readonly url?: string | null;
  readonly result?: { readonly rows?: number; readonly error_minutes?: number } | null;
}

/** A run that ends before its first output gives its reason on standard error. */
function parse(line: string): RunLine {
  try {
    return JSON.parse(line) as RunLine;
  } catch {
    return {};
  }
}

function sentenceOf({ state, seconds, rows, error_minutes, url }: PipelineResult): string {
  const outcome =
    state === "COMPLETED"
      ? `Learnt from ${rows?.toLocaleString("en")} flights in ${seconds.toFixed(1)} s; off by ${error_minutes} minutes on average.`
      : `The run ended as ${state.toLowerCase()} after ${seconds.toFixed(1)} s.`;
  return url === null ? `\n${outcome}` : `\n${outcome}\nLook at it: ${url}`;
}
