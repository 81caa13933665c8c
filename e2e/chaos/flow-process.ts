import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";

/** A process that runs one flow to its end, or until it is killed. */
export interface FlowProcess {
  /** Resolves with the id of the flow run, or with undefined if there never was one. */
  readonly created: Promise<string | undefined>;
  readonly ended: Promise<End>;
  kill(): void;
}

export type End =
  | { readonly kind: "completed"; readonly result: unknown; readonly report: FlowReport }
  | { readonly kind: "ended"; readonly state: string; readonly why: string }
  | { readonly kind: "killed" };

/** Data that a finished process knows to be on the server. */
export interface FlowReport {
  readonly self: string;
  /** Number of log lines, numbered from 0. */
  readonly logged: number;
  readonly artifacts: readonly string[];
}

export interface FlowRunToStart {
  readonly ledger: string;
  readonly name: string;
  readonly steps: number;
  /** The run to resume. */
  readonly resume?: string | undefined;
  /** A folder that stands for a machine: it stores large results. */
  readonly home: string;
  readonly heartbeatSeconds?: number | undefined;
}

export function startFlowProcess({ apiUrl, program, flowInjection }: Cluster, run: FlowRunToStart): FlowProcess {
  const args = [program, run.ledger, run.name, String(run.steps), ...(run.resume === undefined ? [] : [run.resume])];
  const child = spawn(process.execPath, [...flowInjection.execArgv, ...args], {
    env: {
      ...process.env,
      ...flowInjection.environment,
      OSTINATO_API_URL: apiUrl,
      OSTINATO_LOG_LEVEL: "off",
      OSTINATO_HOME: run.home,
      // A process that starts during a long outage of the server begins when the server is back.
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
  const report = JSON.parse(line) as FlowReport & {
    readonly ended: string;
    readonly result: unknown;
    readonly why: string;
  };
  if (report.ended === "COMPLETED") return { kind: "completed", result: report.result, report };
  return { kind: "ended", state: report.ended, why: report.why };
}

/** The calls of tasks whose functions have run, in order. */
export async function callsIn(ledger: string): Promise<readonly string[]> {
  return linesOf(await readFile(ledger, "utf8").catch(() => ""));
}

/** The file in a home folder that contains the large result at `location`. */
export function fileOfResult(home: string, location: string): string {
  return join(home, "results", location.replace(/^local:/, ""));
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter(Boolean);
}
