import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { connect } from "./http-load.ts";
import type { Command, Target } from "./target.ts";

export interface FlowTimes {
  /** Seconds from the call to the final state, at the client. */
  readonly seconds: number;
  /** Seconds until the server shows all task runs as finished. */
  readonly seen: number;
}

/** Runs a flow in a process of its own, and waits until the server shows it. */
export async function runFlow(target: Target, size: number, mode: string): Promise<FlowTimes> {
  const { id, seconds } = await runProgram(target.flows, [String(size), mode]);
  const ended = performance.now();
  await untilFinished(target, id, size);
  return { seconds, seen: seconds + (performance.now() - ended) / 1000 };
}

interface Printed {
  readonly id: string;
  readonly seconds: number;
}

/** The last line of such a program is JSON. */
export async function runProgram({ program, args, env }: Command, more: readonly string[]): Promise<Printed> {
  const { stdout } = await promisify(execFile)(program, [...args, ...more], {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Printed;
}

/** Peers are polled less often, because each request costs them more. */
async function untilFinished({ apiUrl, peer }: Target, flowRunId: string, size: number): Promise<void> {
  const server = connect(apiUrl, 1);
  const body = { flow_runs: { id: { any_: [flowRunId] } }, task_runs: { state: { type: { any_: ["COMPLETED"] } } } };
  while ((await server.json<number>("POST", "/task_runs/count", body)) < size) {
    await new Promise((resolve) => setTimeout(resolve, peer ? 50 : 2));
  }
  server.close();
}
