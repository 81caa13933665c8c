import { type Client, createClient } from "@ostinato/client";
import { deserialize, isTerminal } from "@ostinato/core";
import {
  createFlowRunFromDeployment,
  type Deployment,
  type FlowRun,
  filterLogs,
  listFlowRunResults,
  listFlowRunStates,
  readDeploymentByName,
  readFlowRun,
} from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { expect, vi } from "vitest";
import { home, run, type Script } from "./script-harness.ts";

/** A busy machine takes its time to start processes. */
export const patience = { timeout: 60_000, interval: 50 };

/** A server that listens, and a client of it. */
export interface ServerUnderTest extends AsyncDisposable {
  readonly client: Client;
  readonly server: Server;
  readonly apiUrl: string;
}

export async function listen(databaseUrl: string, port = 0): Promise<ServerUnderTest> {
  const config = readConfig({
    OSTINATO_DATABASE_URL: databaseUrl,
    OSTINATO_HOME: home,
    OSTINATO_LOG_LEVEL: process.env.OSTINATO_TEST_LOG ?? "silent",
    OSTINATO_SERVER_PORT: String(port),
  });
  const server = await createServer({ config });
  const apiUrl = `${await server.listen()}/api`;
  return { server, apiUrl, client: createClient({ baseUrl: apiUrl }), [Symbol.asyncDispose]: () => server.stop() };
}

/** A program that serves a flow. */
export interface Serving {
  readonly script: Script;
  readonly client: Client;
  readonly deployment: Deployment;
  /** What it has written to standard output so far. */
  readonly output: () => string;
  ask(parameters: Readonly<Record<string, unknown>>): Promise<FlowRun>;
}

export interface ServingOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the fixture, and waits until it serves `work/<name>`. */
export async function serve(
  { client, apiUrl }: ServerUnderTest,
  { options = {}, env = {} }: ServingOptions = {},
): Promise<Serving> {
  const script = run("served", [], { OSTINATO_API_URL: apiUrl, SERVE_OPTIONS: JSON.stringify(options), ...env });
  let output = "";
  script.child.stdout?.on("data", (part: Buffer) => {
    output += part.toString();
  });
  await said({ script }, "serving 1 deployment");
  const { name = "default" } = options as { readonly name?: string };
  const deployment = await client.call(readDeploymentByName, {
    params: { flow_name: "work", deployment_name: name },
  });
  return {
    script,
    client,
    deployment,
    output: () => output,
    ask: (parameters) =>
      client.call(createFlowRunFromDeployment, { params: { id: deployment.id }, body: { parameters } }),
  };
}

/** Waits until the program has written the text to standard error. */
export async function said({ script }: Pick<Serving, "script">, text: string): Promise<void> {
  await vi.waitFor(() => expect(script.errors()).toContain(text), patience);
}

/** The run, once it has ended. */
export async function ended(client: Client, { id }: Pick<FlowRun, "id">): Promise<FlowRun> {
  return await vi.waitFor(async () => {
    const run = await client.call(readFlowRun, { params: { id } });
    if (run.state_type === null || !isTerminal(run.state_type)) throw new Error(`it is ${run.state_name}`);
    return run;
  }, patience);
}

/** The run, once it is in the state. */
export async function inState(client: Client, { id }: Pick<FlowRun, "id">, name: string): Promise<FlowRun> {
  return await vi.waitFor(async () => {
    const run = await client.call(readFlowRun, { params: { id } });
    expect(run.state_name).toBe(name);
    return run;
  }, patience);
}

/** Waits until the run has logged the text. */
export async function logged(client: Client, { id }: Pick<FlowRun, "id">, text: string): Promise<void> {
  await vi.waitFor(async () => {
    const lines = await client.call(filterLogs, { body: { logs: { flow_run_id: { any_: [id] } } } });
    expect(lines.map(({ message }) => message).join("\n")).toContain(text);
  }, patience);
}

/** The names of the states of the run, oldest first. */
export async function statesOf(client: Client, { id }: Pick<FlowRun, "id">): Promise<readonly string[]> {
  const states = await client.call(listFlowRunStates, { query: { flow_run_id: id } });
  return states.map(({ name }) => name);
}

/** The value that the run returned. */
export async function resultOf(client: Client, { id }: Pick<FlowRun, "id">): Promise<unknown> {
  const { results } = await client.call(listFlowRunResults, { params: { id }, body: {} });
  const own = results.find((result) => result.flow_run_id === id && result.task_run_id === null);
  return own?.data == null ? undefined : deserialize(own.data);
}
