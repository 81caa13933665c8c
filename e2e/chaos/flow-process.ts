import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";

/** A process that runs one flow to its end, or until it is killed. */
export interface FlowProcess {
  /** Resolves with the id of the flow run, or with undefined when there never was one. */
  readonly created: Promise<string | undefined>;
  readonly ended: Promise<End>;
  kill(): void;
}

export type End =
  | { readonly kind: "completed"; readonly result: unknown; readonly told: Told }
  | { readonly kind: "ended"; readonly state: string; readonly why: string }
  | { readonly kind: "killed" };

/** What a process that came to its end knows to be with the server. */
export interface Told {
  readonly self: string;
  /** Log lines, numbered from 0. */
  readonly logged: number;
  readonly artifacts: readonly string[];
}

export interface FlowRunToStart {
  readonly ledger: string;
  readonly name: string;
  readonly steps: number;
  /** The run to go on with. */
  readonly resume?: string | undefined;
  /** The machine it runs on, so to say: where it keeps large results. */
  readonly home: string;
  readonly heartbeatSeconds?: number | undefined;
}

export function startFlowProcess({ apiUrl, program, flowAfflictions }: Cluster, run: FlowRunToStart): FlowProcess {
  const args = [program, run.ledger, run.name, String(run.steps), ...(run.resume === undefined ? [] : [run.resume])];
  const child = spawn(process.execPath, [...flowAfflictions.execArgv, ...args], {
    env: {
      ...process.env,
      ...flowAfflictions.environment,
      OSTINATO_API_URL: apiUrl,
      OSTINATO_LOG_LEVEL: "off",
      OSTINATO_HOME: run.home,
      // Also one that is started while the server is out of reach for a minute begins when it is back.
      OSTINATO_CONNECT_SECONDS: "180",
      ...(run.heartbeatSeconds === undefined ? {} : { OSTINATO_HEARTBEAT_SECONDS: String(run.heartbeatSeconds) }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { ...follow(child), kill: () => void child.kill("SIGKILL") };
}

function follow(child: ChildProcess): Pick<FlowProcess, "created" | "ended"> {
  let output = "";
  let errors = "";
  const created = Promise.withResolvers<string | undefined>();
  child.stderr?.on("data", (text) => {
    errors += text;
  });
  child.stdout?.on("data", (text) => {
    output += text;
    const [first] = output.includes("\n") ? linesOf(output) : [];
    if (first !== undefined) created.resolve((JSON.parse(first) as { readonly id: string }).id);
  });
  const ended = new Promise<End>((resolve) => {
    child.once("close", (_code, signal) => {
      created.resolve(undefined);
      resolve(signal === "SIGKILL" ? { kind: "killed" } : endOf(linesOf(output)[1], errors));
    });
  });
  return { created: created.promise, ended };
}

function endOf(line: string | undefined, errors: string): End {
  if (line === undefined) return { kind: "ended", state: "nothing", why: errors.trim().slice(-500) };
  const told = JSON.parse(line) as Told & { readonly ended: string; readonly result: unknown; readonly why: string };
  if (told.ended === "COMPLETED") return { kind: "completed", result: told.result, told };
  return { kind: "ended", state: told.ended, why: told.why };
}

/** The calls of tasks whose bodies have run, in order. */
export async function callsIn(ledger: string): Promise<readonly string[]> {
  return linesOf(await readFile(ledger, "utf8").catch(() => ""));
}

/** The file by which a home keeps the large result at `location`. */
export function fileOfResult(home: string, location: string): string {
  return join(home, "results", location.replace(/^local:/, ""));
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter(Boolean);
}
