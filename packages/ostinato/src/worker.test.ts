import {
  claimRunsOfWorkPool,
  createBlockDocument,
  createQueueOfPool,
  createVariable,
  deleteWorkPool,
  filterBlockSchemas,
  filterEvents,
  filterWorkers,
  heartbeatOfWorker,
  readBlockTypeBySlug,
  readFlowRun,
  readWaiting,
  setFlowRunState,
  updateWorkPool,
} from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import "../test/script-harness.ts";
import { ended, inState, listen, logged, patience, type ServerUnderTest, statesOf } from "../test/serving-harness.ts";
import {
  deploy,
  flows,
  giveWord,
  logOf,
  makePool,
  pool,
  proxyWithoutWebsockets,
  servingWorker,
  startWorker,
  stays,
  writeFlow,
} from "../test/worker-harness.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000 });

describeOnEachDatabase("a worker", (database) => {
  let server: ServerUnderTest;
  let url: string;
  beforeEach(async () => {
    url = (await database.another()).url;
    server = await listen(url);
    writeFlow("flows.ts", flows);
    writeFlow("stays.mjs", stays);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const cancel = (id: string) =>
    server.client.call(setFlowRunState, { params: { id }, body: { state: { type: "CANCELLING" } } });

  /** The process of a run that says which one it is. */
  async function processOf(run: { readonly id: string }): Promise<number> {
    await logged(server.client, run, "waits in process");
    const said = (await logOf(server, run)).find(({ message }) => message.startsWith("waits in process"));
    return Number(said?.message.split(" ").at(-1));
  }

  test("executes a due run, and says on it where it executes", async () => {
    const { id: poolId } = await makePool(server);
    const worker = await servingWorker(server, "--name", "anvil");
    const { ask } = await deploy(server, "greet");
    const run = await ended(server.client, await ask({ who: "Kim" }));
    expect(run).toMatchObject({
      state_name: "Completed",
      infrastructure_pid: expect.stringMatching(/:\d+$/),
      labels: {
        "prefect.worker.name": "anvil",
        "prefect.worker.type": "process",
        "prefect.work-pool.name": pool,
        "prefect.work-pool.id": poolId,
      },
    });
    expect(await statesOf(server.client, run)).toEqual(
      expect.arrayContaining(["Scheduled", "Pending", "Running", "Completed"]),
    );
    await worker.said(`run "${run.name}" ended as Completed`);
    expect(worker.output()).toContain("printed by the flow");
    expect(await worker.end("SIGTERM")).toBe(0);
    const log = await logOf(server, run);
    const count = (text: string) => log.filter(({ message }) => message.includes(text)).length;
    expect([count("hello Kim"), count("printed by the flow")]).toEqual([1, 1]);
    const { events } = await server.client.call(filterEvents, {
      body: { filter: { event: { prefix: ["prefect.worker."] } }, limit: 50 },
    });
    expect(events.map(({ event }) => event).toSorted()).toEqual([
      "prefect.worker.executed-flow-run",
      "prefect.worker.started",
      "prefect.worker.stopped",
      "prefect.worker.submitted-flow-run",
    ]);
  });

  test("fills job variables with blocks and variables, and shows no secret", async () => {
    await makePool(server);
    const { client } = server;
    const { id: block_type_id } = await client.call(readBlockTypeBySlug, { params: { slug: "secret" } });
    const [schema] = await client.call(filterBlockSchemas, {
      body: { block_schemas: { block_type_id: { any_: [block_type_id] } } },
    });
    const body = { name: "token", block_type_id, block_schema_id: schema?.id ?? "", data: { value: "planted-secret" } };
    await client.call(createBlockDocument, { body });
    await client.call(createVariable, { body: { name: "region", value: "eu-1" } });
    writeFlow(
      "flows.ts",
      `import { flow, log } from "ostinato";
export const told = flow({ name: "told" }, async () => {
  log.info("in {region}, with the token: {known}", {
    region: process.env.REGION,
    known: process.env.TOKEN === "planted-" + "secret",
  });
});`,
    );
    const env = { TOKEN: "{{ prefect.blocks.secret.token }}", REGION: "{{ prefect.variables.region }}" };
    const worker = await servingWorker(server);
    const { ask } = await deploy(server, "told", { job_variables: { env } });
    const run = await ended(client, await ask());
    expect(run.state_name).toBe("Completed");
    const log = JSON.stringify(await logOf(server, run));
    expect(log).toContain("in eu-1, with the token: true");
    expect(log + worker.output()).not.toContain("planted-secret");
    const { ask: askWithout } = await deploy(server, "told", {
      name: "without-variable",
      job_variables: { env: { REGION: "{{ prefect.variables.absent }}" } },
    });
    const without = await ended(client, await askWithout());
    expect(without.state_name).toBe("Completed");
    expect(JSON.stringify(await logOf(server, without))).toContain('There is no variable \\"absent\\" on the server');
    const { ask: askMissing } = await deploy(server, "told", {
      name: "without-block",
      job_variables: { env: { TOKEN: "{{ prefect.blocks.secret.none }}" } },
    });
    const failed = await ended(client, await askMissing());
    expect(failed.state?.message).toContain('There is no block "secret/none" on the server.');
  });

  test("takes no more runs at once than its limit, and the next one when one has ended", async () => {
    await makePool(server);
    const worker = await servingWorker(server, "--limit", "1");
    const { ask } = await deploy(server, "waits");
    const first = await ask({ word: "first" });
    await processOf(first);
    const second = await ask({ word: "second" });
    expect((await server.client.call(readFlowRun, { params: { id: second.id } })).state_type).toBe("SCHEDULED");
    giveWord("first");
    await processOf(second);
    giveWord("second");
    await ended(server.client, second);
    expect(await worker.end("SIGTERM")).toBe(0);
  });

  test("ends a run that somebody cancels", async () => {
    await makePool(server);
    await servingWorker(server);
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "never" });
    const pid = await processOf(run);
    await cancel(run.id);
    expect((await ended(server.client, run)).state_type).toBe("CANCELLED");
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), patience);
  });

  test("a run whose process is killed has crashed, with the reason", async () => {
    await makePool(server);
    await servingWorker(server);
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "never" });
    process.kill(await processOf(run), "SIGKILL");
    const { state } = await ended(server.client, run);
    expect(state).toMatchObject({ type: "CRASHED", message: expect.stringContaining("SIGKILL") });
  });

  test("a worker that is started again goes on with what a killed one has left", async () => {
    await makePool(server);
    const killed = await servingWorker(server);
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "go" });
    await processOf(run);
    await killed.end("SIGKILL");
    const next = await servingWorker(server);
    await next.said(`run "${run.name}" is watched on`);
    giveWord("go");
    expect((await ended(server.client, run)).state_name).toBe("Completed");
    await next.said(`run "${run.name}" ended as Completed`);
  });

  test("what was claimed by a worker that was killed before it started it is given back by the next of its name", async () => {
    await makePool(server);
    const { ask } = await deploy(server, "greet");
    const run = await ask();
    const params = { work_pool_name: pool, name: pool };
    await server.client.call(heartbeatOfWorker, { params, body: { name: "anvil" } });
    const claimed = await server.client.call(claimRunsOfWorkPool, { params, body: { worker_name: "anvil", limit: 1 } });
    expect(claimed.map(({ flow_run }) => flow_run.id)).toEqual([run.id]);
    const worker = await servingWorker(server, "--name", "anvil");
    await worker.said(`run "${run.name}" was claimed and not started: given back`);
    expect((await ended(server.client, run)).state_name).toBe("Completed");
  });

  test("leaves alone what another worker of its pool executes on the same machine", async () => {
    await makePool(server);
    const first = await servingWorker(server, "--limit", "1", "--name", "anvil");
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "go" });
    const pid = await processOf(run);
    const second = await servingWorker(server, "--limit", "1", "--name", "hammer");
    const other = await ask({ word: "other" });
    await processOf(other);
    giveWord("other");
    await second.said(`run "${other.name}" ended as Completed`);
    expect(() => process.kill(pid, 0)).not.toThrow();
    giveWord("go");
    await first.said(`run "${run.name}" ended as Completed`);
    expect(second.output()).not.toContain(run.name);
  });

  test("takes the runs of its queues only", async () => {
    await makePool(server);
    const params = { work_pool_name: pool };
    await server.client.call(createQueueOfPool, { params, body: { name: "urgent" } });
    const refused = startWorker(server, "--queue", "urgnt");
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toContain(`Work pool "${pool}" has no queue "urgnt". Did you mean`);
    await servingWorker(server, "--queue", "urgent");
    const { ask: askLater } = await deploy(server, "greet");
    const { ask } = await deploy(server, "greet", { name: "at-once", work_queue_name: "urgent" });
    const later = await askLater();
    expect((await ended(server.client, await ask())).state_name).toBe("Completed");
    expect((await server.client.call(readFlowRun, { params: { id: later.id } })).state_type).toBe("SCHEDULED");
  });

  test("goes on while the server is away, and takes runs again when it is back", async () => {
    await makePool(server);
    const worker = await servingWorker(server);
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "go" });
    await processOf(run);
    const { port } = new URL(server.apiUrl);
    await server[Symbol.asyncDispose]();
    await worker.said("lost the server");
    giveWord("go");
    server = await listen(url, Number(port));
    await worker.said("is back");
    expect((await ended(server.client, run)).state_name).toBe("Completed");
    const { ask: again } = await deploy(server, "greet");
    expect((await ended(server.client, await again())).state_name).toBe("Completed");
  });

  const onOne = test.runIf(database.name === "sqlite");

  // It waits for questions that are ten seconds apart.
  onOne("takes runs, and shows that it lives, by requests alone where no websocket gets through", async () => {
    await makePool(server);
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "never" });
    await using proxy = await proxyWithoutWebsockets(server.apiUrl);
    const worker = await servingWorker({ apiUrl: proxy.apiUrl }, "--name", "anvil", "--kill-after", "2");
    await processOf(run);
    const params = { work_pool_name: pool };
    const workers = await server.client.call(filterWorkers, { params, body: {} });
    expect(workers).toMatchObject([{ name: "anvil", status: "ONLINE" }]);
    await cancel(run.id);
    // The process, which hears nothing either, is told to end.
    await inState(server.client, run, "Cancelled");
    expect(await worker.end("SIGTERM")).toBe(0);
  });

  test("stops the process of a run that was given to somebody else", async () => {
    await makePool(server);
    const worker = await servingWorker(server, "--limit", "1");
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "never" });
    const pid = await processOf(run);
    const later = "2100-01-01T00:00:00Z";
    const state = { type: "SCHEDULED", state_details: { scheduled_time: later } } as const;
    await server.client.call(setFlowRunState, { params: { id: run.id }, body: { state, force: true } });
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), patience);
    await worker.said(`run "${run.name}" is Scheduled`);
    expect((await server.client.call(readFlowRun, { params: { id: run.id } })).state_type).toBe("SCHEDULED");
  });

  test("starts nothing while its pool is paused", async () => {
    await makePool(server);
    const worker = await servingWorker(server);
    await server.client.call(updateWorkPool, { params: { name: pool }, body: { is_paused: true } });
    const { ask } = await deploy(server, "greet");
    const run = await ask();
    await worker.said("was paused");
    expect((await server.client.call(readFlowRun, { params: { id: run.id } })).state_type).toBe("SCHEDULED");
    await server.client.call(updateWorkPool, { params: { name: pool }, body: { is_paused: false } });
    expect((await ended(server.client, run)).state_name).toBe("Completed");
  });

  test("lets its runs end when its pool is deleted, and serves it again when it is back", async () => {
    await makePool(server);
    const worker = await servingWorker(server);
    const { ask } = await deploy(server, "waits");
    const run = await ask({ word: "go" });
    await processOf(run);
    await server.client.call(deleteWorkPool, { params: { name: pool } });
    await worker.said("was deleted on the server");
    giveWord("go");
    expect((await ended(server.client, run)).state_name).toBe("Completed");
    await makePool(server);
    const { ask: again } = await deploy(server, "greet");
    expect((await ended(server.client, await again())).state_name).toBe("Completed");
  });

  describe("told to stop", () => {
    test("takes no more runs and lets those end that are under way", async () => {
      await makePool(server);
      const worker = await servingWorker(server, "--limit", "2");
      const { ask } = await deploy(server, "waits");
      const run = await ask({ word: "go" });
      await processOf(run);
      worker.child.kill("SIGTERM");
      await worker.said("taking no more runs");
      const later = await ask({ word: "go" });
      const waiting = () => server.client.call(readWaiting, { params: { id: later.id } });
      await expect.poll(waiting, { timeout: 10_000 }).toMatchObject({
        reason: `The only worker of the work pool "${pool}" is being stopped, and takes no more runs.`,
      });
      giveWord("go");
      expect(await worker.exited).toBe(0);
      expect((await server.client.call(readFlowRun, { params: { id: run.id } })).state_name).toBe("Completed");
      expect((await server.client.call(readFlowRun, { params: { id: later.id } })).state_type).toBe("SCHEDULED");
    });

    test("twice, ends the runs at once", async () => {
      await makePool(server);
      const worker = await servingWorker(server);
      const { ask } = await deploy(server, "waits");
      const run = await ask({ word: "never" });
      await processOf(run);
      worker.child.kill("SIGTERM");
      await worker.said("taking no more runs");
      expect(await worker.end("SIGTERM")).toBe(0);
      expect((await server.client.call(readFlowRun, { params: { id: run.id } })).state_type).toBe("CRASHED");
    });

    test("a third time, ends itself, and the next worker finds what does not end", async () => {
      await makePool(server);
      const worker = await servingWorker(server, "--name", "anvil");
      const { ask } = await deploy(server, "waits", { job_variables: { command: "node stays.mjs" } });
      const run = await ask({ word: "never" });
      const pid = await processOf(run);
      worker.child.kill("SIGTERM");
      await worker.said("taking no more runs");
      worker.child.kill("SIGTERM");
      await worker.said("does not end");
      expect(await worker.end("SIGTERM")).toBe(1);
      expect(() => process.kill(pid, 0)).not.toThrow();
      const next = await servingWorker(server, "--name", "anvil");
      await next.said(`run "${run.name}" is watched on`);
      process.kill(pid, "SIGKILL");
      expect((await ended(server.client, run)).state_type).toBe("CRASHED");
    });

    test("ends the runs when their time is over", async () => {
      await makePool(server);
      const worker = await servingWorker(server, "--drain-seconds", "1");
      const { ask } = await deploy(server, "waits");
      const run = await ask({ word: "never" });
      await processOf(run);
      expect(await worker.end("SIGTERM")).toBe(0);
      expect((await server.client.call(readFlowRun, { params: { id: run.id } })).state_type).toBe("CRASHED");
    });
  });

  describe("what cannot start", () => {
    test.each([
      {
        fields: { entrypoint: "flows.ts:nobody" },
        says: 'flows.ts has no export "nobody". The flows that it exports are: fails, greet, waits.',
      },
      { fields: { job_variables: { command: "no-such-program --now" } }, says: "no-such-program" },
      { fields: { job_variables: { working_dir: "/no/such/folder" } }, says: "/no/such/folder" },
      { fields: { entrypoint: null }, says: "neither an entrypoint nor a command" },
      { fields: { job_variables: { command: "{{ prefect.blocks.secret.tool }}" } }, says: "secret/tool" },
    ])("has crashed, and its log says why: $fields", async ({ fields, says }) => {
      await makePool(server);
      await servingWorker(server);
      const { ask } = await deploy(server, "greet", fields);
      const run = await ended(server.client, await ask());
      expect(run.state).toMatchObject({ type: "CRASHED", message: expect.stringContaining(says) });
      await logged(server.client, run, says);
    });
  });

  test("answers about its health, and counts its runs", async () => {
    await makePool(server);
    const worker = await servingWorker(server, "--health-port", "0");
    const [, address = ""] = /health and metrics: (http:\S+)\/health/.exec(worker.output()) ?? [];
    const ask = async (path: string) => {
      const response = await fetch(`${address}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await ask("/health")).toMatchObject({ status: 200 });
    expect(await ask("/ready")).toMatchObject({ status: 200 });
    const { ask: askRun } = await deploy(server, "greet");
    const run = await ended(server.client, await askRun());
    await worker.said(`run "${run.name}" ended as Completed`);
    const { text } = await ask("/metrics");
    expect(text).toContain('ostinato_worker_ended_total{state_type="COMPLETED"} 1');
    expect(text).toContain("ostinato_worker_claimed_total 1");
    await server[Symbol.asyncDispose]();
    await worker.said("lost the server");
    expect(await ask("/ready")).toMatchObject({ status: 503, text: expect.stringContaining("does not answer") });
    expect(await ask("/health")).toMatchObject({ status: 200 });
    server = await listen(url, Number(new URL(server.apiUrl).port));
  });

  test("creates its pool when it is asked to, and says what there is where it is not", async () => {
    const refused = startWorker(server);
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toContain(`There is no work pool "${pool}". There are none yet.`);
    const worker = await servingWorker(server, "--create");
    expect(await worker.end("SIGTERM")).toBe(0);
    const other = startWorker(server, "--type", "docker");
    expect(await other.exited).toBe(1);
    expect(other.output()).toContain(`Work pool "${pool}" is of the type process`);
  });

  test("has a name of its own on its machine", async () => {
    await makePool(server);
    await servingWorker(server, "--name", "anvil");
    const second = startWorker(server, "--name", "anvil");
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(`A worker named "anvil" of work pool "${pool}" runs on this machine already`);
  });
});
