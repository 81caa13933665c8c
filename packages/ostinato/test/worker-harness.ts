import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createDeployment,
  createFlow,
  createFlowRunFromDeployment,
  createWorkPool,
  type DeploymentCreate,
  type FlowRun,
  filterLogs,
} from "@ostinato/protocol";
import { afterEach, expect, vi } from "vitest";
import { home } from "./script-harness.ts";
import { patience, type ServerUnderTest } from "./serving-harness.ts";

const bin = fileURLToPath(new URL("../src/bin.mjs", import.meta.url));

/** `ostinato worker start`, as a process. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly output: () => string;
  said(text: string): Promise<void>;
  /** Sends the signal, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  readonly exited: Promise<number | null>;
}

const workers: ChildProcess[] = [];
afterEach(async () => {
  for (const child of workers.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** The pool of the tests: the jobs of its runs are processes in the folder of the test. */
export const pool = "machines";

/** The folder in which flows of the test lie. */
function folder(): string {
  const path = join(home, "flows");
  mkdirSync(path, { recursive: true });
  return path;
}

export function writeFlow(name: string, text: string): void {
  writeFileSync(join(folder(), name), text);
}

export function startWorker({ apiUrl }: Pick<ServerUnderTest, "apiUrl">, ...options: readonly string[]): WorkerProcess {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [bin, "worker", "start", "--pool", pool, ...options], {
    cwd: folder(),
    env: { ...inherited, OSTINATO_HOME: home, OSTINATO_LOG_LEVEL: "info", OSTINATO_API_URL: apiUrl },
    stdio: ["ignore", "pipe", "pipe"],
  });
  workers.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const exited = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    exited,
    output: () => output,
    async said(text) {
      await vi.waitFor(() => expect(output).toContain(text), patience);
    },
    async end(signal) {
      child.kill(signal);
      return await exited;
    },
  };
}

/** A worker that takes runs. */
export async function servingWorker(
  server: Pick<ServerUnderTest, "apiUrl">,
  ...options: readonly string[]
): Promise<WorkerProcess> {
  const worker = startWorker(server, ...options);
  await worker.said("serves work pool");
  return worker;
}

export interface Deployed {
  readonly id: string;
  ask(parameters?: Readonly<Record<string, unknown>>): Promise<FlowRun>;
}

/** Creates the pool of the tests where it is not there. */
export async function makePool({ client }: ServerUnderTest, fields: { readonly concurrency_limit?: number } = {}) {
  const job_configuration = { command: "{{ command }}", env: "{{ env }}", working_dir: "{{ working_dir }}" };
  const variables = { type: "object", properties: { command: {}, env: {}, working_dir: { default: folder() } } };
  return await client.call(createWorkPool, {
    body: { name: pool, type: "process", base_job_template: { job_configuration, variables }, ...fields },
  });
}

/** Deploys a flow of a file to the pool. */
export async function deploy(
  { client }: ServerUnderTest,
  flowName: string,
  fields: Partial<DeploymentCreate> = {},
): Promise<Deployed> {
  const flow = await client.call(createFlow, { body: { name: flowName } });
  const body = {
    name: "nightly",
    flow_id: flow.id,
    entrypoint: `flows.ts:${flowName}`,
    work_pool_name: pool,
    ...fields,
  };
  const { id } = await client.call(createDeployment, { body });
  return {
    id,
    ask: (parameters = {}) => client.call(createFlowRunFromDeployment, { params: { id }, body: { parameters } }),
  };
}

/** The messages in the log of the run, oldest first, with the names of who logged them. */
export async function logOf({ client }: ServerUnderTest, { id }: Pick<FlowRun, "id">) {
  const lines = await client.call(filterLogs, {
    body: { logs: { flow_run_id: { any_: [id] } }, sort: "TIMESTAMP_ASC" },
  });
  return lines.map(({ name, message }) => ({ name, message }));
}

/** Gives the word to flows that wait for it. */
export function giveWord(word: string): void {
  writeFileSync(join(folder(), word), "");
}

/** Flows that say when they have begun, and wait for a word. */
export const flows = `
import { existsSync } from "node:fs";
import { currentRun, flow, log } from "ostinato";

async function until(word: string) {
  const { signal } = currentRun();
  while (!existsSync(word)) {
    signal.throwIfAborted();
    await new Promise((done) => setTimeout(done, 20));
  }
}

export const greet = flow(async function greet({ who = "nobody" }: { who?: string }) {
  log.info("hello {who}", { who });
  console.log("printed by the flow");
  return who;
});

export const waits = flow(async function waits({ word }: { word: string }) {
  log.info("waits in process {pid}", { pid: process.pid });
  await until(word);
  log.info("has the word");
});

export const fails = flow(async function fails() {
  throw new Error("the file has a wrong name");
});
`;

/** A program that takes no notice of being told to end. */
export const stays = `
process.on("SIGTERM", () => console.log("does not end"));
console.log("waits in process " + process.pid);
setInterval(() => {}, 1000);
`;

export interface Proxy extends AsyncDisposable {
  readonly apiUrl: string;
}

/** Lets requests to the server through, and no websocket, as some companies' proxies. */
export async function proxyWithoutWebsockets(apiUrl: string): Promise<Proxy> {
  const { origin } = new URL(apiUrl);
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const asked = request(`${origin}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on("error", () => outgoing.destroy());
    incoming.pipe(asked);
  });
  proxy.on("upgrade", (_, socket) => socket.destroy());
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const { port } = proxy.address() as AddressInfo;
  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
