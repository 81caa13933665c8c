import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createClient } from "@ostinato/client";
import { isTerminal } from "@ostinato/core";
import {
  createDeployment,
  createFlow,
  createFlowRunFromDeployment,
  createWorkPool,
  type FlowRun,
  filterLogs,
  listFlowRunStates,
  readFlowRun,
  setFlowRunState,
} from "@ostinato/protocol";
import { type DockerEngine, findDockerEngine } from "@ostinato/testing/docker-engine";
import { removeImage } from "@ostinato/testing/docker-image";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { sources, startOstinato } from "../server-process.ts";
import { importProductImage } from "./product-image.ts";

/** An engine without a fast file system copies the image for each container. */
const patience = { timeout: 120_000, interval: 100 };
vi.setConfig({ testTimeout: 150_000, hookTimeout: 400_000 });

const flows = `
import { flow, log, task } from "ostinato";

const double = task(async function double(n: number) {
  return n * 2;
});

export const bake = flow(async function bake({ loaves }: { loaves: number }) {
  console.log("printed in the container");
  log.info("bakes {loaves} loaves", { loaves: await double(loaves) });
});

export const rest = flow(async function rest() {
  log.info("rests");
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});

export const eat = flow(async function eat() {
  const eaten: Buffer[] = [];
  for (;;) eaten.push(Buffer.alloc(16 * 1024 * 1024, 1));
});
`;

const engine = await findDockerEngine();
if (typeof engine === "string") {
  console.log(`The test of a worker with containers is skipped. ${engine}`);
  test(engine, () => {});
} else {
  describe("a worker that starts a container for each run", () => declareTests(engine));
}

function declareTests(docker: DockerEngine): void {
  let server: RunningServer;
  let image: string;
  let worker: ChildProcess;
  let workerSays = "";

  beforeAll(async () => {
    [server, image] = await Promise.all([
      startOstinato(),
      importProductImage(docker, { files: { "flows.ts": flows } }),
    ]);
    const args = [sources, "worker", "start", "--pool", "containers", "--type", "docker", "--name", "crane"];
    await client().call(createWorkPool, { body: { name: "containers", type: "docker" } });
    worker = spawn(process.execPath, args, {
      env: {
        ...process.env,
        DOCKER_HOST: docker.host,
        OSTINATO_API_URL: server.apiUrl,
        OSTINATO_HOME: server.folder,
        OSTINATO_LOG_LEVEL: "info",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [worker.stdout, worker.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        workerSays += text;
      });
    await vi.waitFor(() => expect(workerSays).toContain('serves work pool "containers" (docker)'), patience);
  });

  afterAll(async () => {
    if (worker !== undefined) {
      const exited = once(worker, "exit");
      worker.kill("SIGTERM");
      expect(await exited).toEqual([0, null]);
    }
    await server?.stop();
    if (image !== undefined) await removeImage(docker, image);
    await docker.stop();
  });

  const client = () => createClient({ baseUrl: server.apiUrl });

  async function start(flowName: string, variables: object = {}, parameters: Readonly<Record<string, unknown>> = {}) {
    const flow = await client().call(createFlow, { body: { name: flowName } });
    const { id } = await client().call(createDeployment, {
      body: {
        name: "in-a-container",
        flow_id: flow.id,
        entrypoint: `flows.ts:${flowName}`,
        work_pool_name: "containers",
        job_variables: { image, network_mode: "host", ...variables },
      },
    });
    return await client().call(createFlowRunFromDeployment, { params: { id }, body: { parameters } });
  }

  async function ended({ id }: FlowRun): Promise<FlowRun> {
    return await vi.waitFor(async () => {
      const run = await client().call(readFlowRun, { params: { id } });
      if (run.state_type === null || !isTerminal(run.state_type)) {
        throw new Error(`The run is ${run.state_name}. The worker says: ${workerSays}`);
      }
      return run;
    }, patience);
  }

  async function logOf({ id }: FlowRun): Promise<readonly string[]> {
    const lines = await client().call(filterLogs, {
      body: { logs: { flow_run_id: { any_: [id] } }, sort: "TIMESTAMP_ASC" },
    });
    return lines.map(({ message }) => message);
  }

  test("executes a flow of TypeScript from the image, and shows its log", async () => {
    const run = await ended(await start("bake", {}, { loaves: 21 }));
    expect(run).toMatchObject({
      state_name: "Completed",
      infrastructure_pid: expect.stringContaining(`ostinato-${run.id}-`),
      labels: { "prefect.worker.name": "crane", "prefect.worker.type": "docker" },
    });
    const states = await client().call(listFlowRunStates, { query: { flow_run_id: run.id } });
    expect(states.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Scheduled", "Pending", "Running", "Completed"]),
    );
    const log = await logOf(run);
    expect(log.filter((line) => line.includes("bakes 42 loaves"))).toHaveLength(1);
    await vi.waitFor(() => expect(workerSays).toContain("printed in the container"), patience);
  });

  test("stops the container of a run that is cancelled", async () => {
    const run = await start("rest");
    await vi.waitFor(async () => expect(await logOf(run)).toContain("rests"), patience);
    const body = { state: { type: "CANCELLING" } } as const;
    await client().call(setFlowRunState, { params: { id: run.id }, body });
    expect(await ended(run)).toMatchObject({ state_type: "CANCELLED" });
    await vi.waitFor(() => expect(workerSays).toContain(`run "${run.name}" ended as Cancelled`), patience);
  });

  test("says of a run that had too little memory what the limit was", async () => {
    const run = await ended(await start("eat", { mem_limit: "192m", memswap_limit: "192m" }));
    expect(run.state).toMatchObject({
      type: "CRASHED",
      message: expect.stringContaining("ran out of memory (limit 192 MiB)"),
    });
  });
}
