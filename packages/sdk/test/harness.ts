import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient, type Transport } from "@ostinato/client";
import { filterLogs, filterTaskRuns, listFlowRunStates, listTaskRunStates, readFlowRun } from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { afterAll, beforeAll } from "vitest";
import { useConnection } from "../src/session/session.ts";

/** The server's records of the runs of a test file. */
export interface Recorder {
  readonly client: Client;
  readonly folder: string;
  readonly server: Server;
  taskRuns(flowRunId: string): Promise<readonly Awaited<ReturnType<typeof readTaskRuns>>[number][]>;
  /** The names of the states of a task run, oldest first. */
  taskStates(taskRunId: string): Promise<readonly string[]>;
  flowStates(flowRunId: string): Promise<readonly string[]>;
  flowRun(flowRunId: string): ReturnType<typeof readRun>;
  logs(flowRunId: string): Promise<readonly string[]>;
}

/** Starts a real server inside this process, on its own SQLite file; the SDK records there while the file's tests run. */
export function recordOnOwnServer(): Recorder {
  let parts: { client: Client; folder: string; server: Server; session: AsyncDisposable } | undefined;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "ostinato-sdk-"));
    process.env.OSTINATO_HOME = folder;
    process.env.OSTINATO_LOG_LEVEL ??= "off";
    const config = readConfig({
      OSTINATO_DATABASE_URL: `sqlite://${join(folder, "ostinato.db")}`,
      OSTINATO_LOG_LEVEL: process.env.OSTINATO_TEST_LOG ?? "silent",
    });
    const server = await createServer({ config });
    const transport = injecting(server);
    const session = await useConnection({ baseUrl: "in-process", transport, inProcess: true });
    parts = { folder, server, session, client: createClient({ baseUrl: "in-process", transport }) };
  });
  afterAll(async () => {
    await parts?.session[Symbol.asyncDispose]();
    await parts?.server.stop();
    if (parts !== undefined) await rm(parts.folder, { recursive: true });
  });
  const known = () => {
    if (parts === undefined) throw new Error("the server is known once the tests run");
    return parts;
  };
  return {
    get client() {
      return known().client;
    },
    get folder() {
      return known().folder;
    },
    get server() {
      return known().server;
    },
    taskRuns: (flowRunId) => readTaskRuns(known().client, flowRunId),
    async taskStates(taskRunId) {
      const states = await known().client.call(listTaskRunStates, { query: { task_run_id: taskRunId } });
      return states.map(({ name }) => name);
    },
    async flowStates(flowRunId) {
      const states = await known().client.call(listFlowRunStates, { query: { flow_run_id: flowRunId } });
      return states.map(({ name }) => name);
    },
    flowRun: (flowRunId) => readRun(known().client, flowRunId),
    async logs(flowRunId) {
      const lines = await known().client.call(filterLogs, {
        body: { logs: { flow_run_id: { any_: [flowRunId] } }, sort: "TIMESTAMP_ASC" },
      });
      return lines.map(({ message }) => message);
    },
  };
}

/** A transport without a network: requests go straight into the server's application. */
export function injecting({ app }: Server): Transport {
  return async ({ method, path, headers, body }) => {
    const response = await app.inject({
      method: method as "GET",
      url: `/api${path}`,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: response.statusCode, body: response.body };
  };
}

async function readTaskRuns(client: Client, flowRunId: string) {
  const runs = await client.call(filterTaskRuns, {
    body: { task_runs: { flow_run_id: { any_: [flowRunId] } }, sort: "EXPECTED_START_TIME_ASC" },
  });
  return runs;
}

function readRun(client: Client, flowRunId: string) {
  return client.call(readFlowRun, { params: { id: flowRunId } });
}
