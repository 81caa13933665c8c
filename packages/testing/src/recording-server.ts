import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@ostinato/client";
import {
  type Artifact,
  type FlowRun,
  filterArtifacts,
  filterFlowRuns,
  filterLogs,
  filterTaskRuns,
  readFlowRun,
  type TaskRun,
} from "@ostinato/protocol";
import { closeSession } from "@ostinato/sdk";
import { createServer, readConfig } from "@ostinato/server";

/** A server on a port of its own that records the flows of this process until it is disposed. */
export interface RecordingServer extends AsyncDisposable {
  /** `OSTINATO_HOME` of this process: the folder of the database and of other files. */
  readonly home: string;
  /** The records of a flow run. */
  recorded(flowRunId: string): Promise<Recorded>;
}

export interface Recorded {
  readonly flowRun: FlowRun;
  readonly subflows: readonly FlowRun[];
  readonly taskRuns: readonly TaskRun[];
  readonly artifacts: readonly Artifact[];
  /** Messages of the run and its tasks, oldest first. */
  readonly logs: readonly string[];
}

interface RecordingOptions {
  /** The built pages, for a test that opens them. */
  readonly uiFolder?: string;
}

export async function startRecordingServer(
  settings: NodeJS.ProcessEnv = {},
  options: RecordingOptions = {},
): Promise<RecordingServer> {
  const home = await mkdtemp(join(tmpdir(), "ostinato-"));
  const server = await createServer({
    ...options,
    config: readConfig({ OSTINATO_HOME: home, OSTINATO_SERVER_PORT: "0", OSTINATO_LOG_LEVEL: "fatal", ...settings }),
  });
  const baseUrl = `${await server.listen()}/api`;
  const before = { ...process.env };
  Object.assign(process.env, { OSTINATO_HOME: home, OSTINATO_API_URL: baseUrl, OSTINATO_LOG_LEVEL: "off" });
  const client = createClient({ baseUrl });
  return {
    home,
    async recorded(flowRunId) {
      const ofRun = { flow_runs: { id: { any_: [flowRunId] } } };
      const [flowRun, subflows, taskRuns, artifacts, logs] = await Promise.all([
        client.call(readFlowRun, { params: { id: flowRunId } }),
        client.call(filterFlowRuns, { body: { flow_runs: { parent_flow_run_id: { any_: [flowRunId] } } } }),
        client.call(filterTaskRuns, { body: ofRun }),
        client.call(filterArtifacts, { body: ofRun }),
        client.call(filterLogs, { body: { logs: { flow_run_id: { any_: [flowRunId] } }, sort: "TIMESTAMP_ASC" } }),
      ]);
      return { flowRun, subflows, taskRuns, artifacts, logs: logs.map(({ message }) => message) };
    },
    async [Symbol.asyncDispose]() {
      await closeSession();
      process.env = before;
      await server.stop();
      await rm(home, { recursive: true });
    },
  };
}
