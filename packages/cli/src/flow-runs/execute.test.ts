import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@ostinato/client";
import type {
  createBlockDocument,
  createBlockSchema,
  createBlockType,
  createDeployment,
  createFlow,
  createFlowRunFromDeployment,
  FlowRun,
  filterEvents,
  readFlowRun,
} from "@ostinato/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort, makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/api`;
  place = makeWorkplace();
  await place.runWith({ env: { OSTINATO_API_URL: url } }, "server", "start", "--background", "--port", String(port));
});

afterAll(async () => {
  await place.runWith({ env: { OSTINATO_API_URL: url } }, "server", "stop");
  place.dispose();
});

/** A name that no other test uses. */
let name: string;
let counter = 0;
beforeEach(() => {
  counter += 1;
  name = `flow${counter}`;
});

const client = () => createClient({ baseUrl: url });

const program = (body: string) => `
import { flow, log } from "ostinato";
export const exported = flow({ name: "${name}" }, async function ({ n = 1 }: { n?: number }) { ${body} });
export const other = flow({ name: "${name} other" }, async () => 2);
export const number = 5;
`;

interface Deployed {
  readonly entrypoint: string | null;
  readonly path?: string;
  readonly pull_steps?: Record<string, unknown>[];
  readonly parameters?: Record<string, unknown>;
}

/** Makes a deployment and a run of it, which a worker has taken. */
async function claimedRun({ parameters = {}, ...deployed }: Deployed): Promise<FlowRun> {
  const api = client();
  const flow = await api.call<typeof createFlow>("POST /flows/", { body: { name } });
  const body = { name: "nightly", flow_id: flow.id, ...deployed };
  const deployment = await api.call<typeof createDeployment>("POST /deployments/", { body });
  const run = await api.call<typeof createFlowRunFromDeployment>("POST /deployments/{id}/create_flow_run", {
    params: { id: deployment.id },
    body: { parameters },
  });
  await propose(run.id, "PENDING");
  return await read(run.id);
}

async function propose(id: string, type: "PENDING" | "CANCELLING" | "CANCELLED"): Promise<void> {
  await client().call("POST /flow_runs/{id}/set_state", { params: { id }, body: { state: { type } } } as never);
}

const read = (id: string) => client().call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id } });

/** The environment in which Prefect's worker starts a run. */
const asPrefect = (run: FlowRun) => ({ PREFECT_API_URL: url, PREFECT__FLOW_RUN_ID: run.id });

/** The events of the pull steps of the run. */
async function eventsOf({ id }: FlowRun) {
  const { events } = await client().call<typeof filterEvents>("POST /events/filter", {
    body: {
      filter: {
        event: { prefix: ["prefect.flow-run.pull-step."] },
        resource: { id: [`prefect.flow-run.${id}`] },
      },
    },
  });
  return events;
}

async function logOf(run: FlowRun): Promise<string> {
  const { stdout } = await place.runWith({ env: { OSTINATO_API_URL: url } }, "flow-run", "logs", run.id);
  return stdout;
}

describe("ostinato flow-run execute", () => {
  test("executes the run that Prefect's variables name, by the export of the entrypoint", async () => {
    place.write("train.ts", program("log.info('n is {n}', { n }); return n;"));
    const run = await claimedRun({ entrypoint: "train.ts:exported", parameters: { n: 7 } });
    const { code } = await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    expect(await read(run.id)).toMatchObject({ state_type: "COMPLETED", run_count: 1 });
    expect(await logOf(run)).toContain("n is 7");
    expect(code).toBe(0);
  });

  test("executes the run that its argument names, by the name of the flow", async () => {
    place.write("train.ts", program("return n;"));
    const run = await claimedRun({ entrypoint: `train.ts:${name}` });
    const { code } = await place.runWith({ env: { OSTINATO_API_URL: url } }, "flow-run", "execute", run.id);
    expect([code, (await read(run.id)).state_type]).toEqual([0, "COMPLETED"]);
  });

  test("searches the file in the deployment's folder, and works there", async () => {
    const folder = join(place.folder, name);
    mkdirSync(folder);
    place.write(`${name}/train.ts`, program("log.info('works in {folder}', { folder: process.cwd() });"));
    const run = await claimedRun({ entrypoint: "train.ts:exported", path: folder });
    await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    expect(await logOf(run)).toContain(`works in ${folder}`);
  });

  test("ends with 1 where the flow fails, and the run says why", async () => {
    place.write("train.ts", program("throw new Error('the file has a wrong name');"));
    const run = await claimedRun({ entrypoint: "train.ts:exported" });
    const { code } = await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    expect(await read(run.id)).toMatchObject({
      state_type: "FAILED",
      state: { message: expect.stringContaining("the file has a wrong name") },
    });
    expect(code).toBe(1);
  });

  test("does nothing for a run that has ended", async () => {
    const run = await claimedRun({ entrypoint: "train.ts:exported" });
    await propose(run.id, "CANCELLED");
    const { code, stderr } = await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    expect(stderr).toContain("is Cancelled already");
    expect(code).toBe(0);
  });

  test("a run that was taken from the worker meanwhile is left alone", async () => {
    place.write("train.ts", program("return n;"));
    const run = await claimedRun({ entrypoint: "train.ts:exported" });
    const env = { ...asPrefect(run), OSTINATO__CLAIM: "0193c1f0-5f6a-7cc3-98c4-dc0c0c07398f" };
    const { code } = await place.runWith({ env }, "flow-run", "execute");
    expect([code, (await read(run.id)).state_type]).toEqual([1, "PENDING"]);
  });
});

describe("a run whose flow can't be loaded has crashed, and its log says why", () => {
  test.each([
    {
      entrypoint: "train.ts:nobody",
      says: 'train.ts has no export "nobody". The flows that it exports are: exported, other.',
    },
    { entrypoint: "train.ts:number", says: 'Export "number" of train.ts is not a flow.' },
    { entrypoint: "gone.ts:exported", says: "The file gone.ts does not exist." },
    { entrypoint: "broken.ts:exported", says: "broken.ts:1: syntax error" },
    { entrypoint: "train.py:train", says: "python -m prefect flow-run execute" },
    { entrypoint: null, says: 'Deployment "nightly" has no entrypoint' },
  ])("$entrypoint", async ({ entrypoint, says }) => {
    place.write("train.ts", program("return n;"));
    place.write("broken.ts", "export const ;");
    const run = await claimedRun({ entrypoint });
    const { code, stderr } = await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    expect(stderr).toContain(says);
    const { state } = await read(run.id);
    expect(state).toMatchObject({ type: "CRASHED", message: expect.stringContaining(says) });
    expect(await logOf(run)).toContain(says);
    expect(code).toBe(1);
  });

  test("a folder that is not there", async () => {
    const run = await claimedRun({ entrypoint: "train.ts:exported", path: "/no/such/folder" });
    await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    expect((await read(run.id)).state?.message).toContain('The folder /no/such/folder of deployment "nightly"');
  });
});

describe("the code of a deployment with pull steps", () => {
  const clone = (inputs: object) => [{ "prefect.deployments.steps.git_clone": inputs }];

  function repositoryWith(file: string, text: string): string {
    const repository = join(place.folder, `${name}-code`);
    mkdirSync(repository);
    const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: repository });
    git("init", "--quiet");
    place.write(`${name}-code/${file}`, text);
    git("add", "--all");
    git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "first");
    return repository;
  }

  test("is cloned, its flow runs there, and the log of the run shows the steps", async () => {
    const repository = repositoryWith("train.ts", program("log.info('works in {folder}', { folder: process.cwd() });"));
    const run = await claimedRun({ entrypoint: "train.ts:exported", pull_steps: clone({ repository }) });
    const { code } = await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    const printed = await logOf(run);
    expect(printed).toContain(`git_clone: clones ${repository}`);
    expect(printed).toMatch(new RegExp(`works in .*${name}-code-?`));
    expect(await eventsOf(run)).toMatchObject([
      {
        event: "prefect.flow-run.pull-step.executed",
        related: [{ "prefect.resource.id": `prefect.deployment.${run.deployment_id}` }],
        payload: {
          index: 0,
          qualified_name: "prefect.deployments.steps.git_clone",
          step_name: "git_clone",
          id: null,
          inputs: { repository },
        },
      },
    ]);
    expect([code, (await read(run.id)).state_type]).toEqual([0, "COMPLETED"]);
  });

  test("is brought with what blocks hold, of which the log masks what is secret, and nothing else", async () => {
    place.write("train.ts", program("log.info('unloads at the harbour by crane-4711'); return n;"));
    await keepBlock("dock", { place: "harbour", token: "crane-4711" });
    const field = (of: string) => `{{ prefect.blocks.${name}.dock.${of} }}`;
    const step = { script: `echo at ${field("place")} by ${field("token")}`, stream_output: true };
    const run = await claimedRun({
      entrypoint: "train.ts:exported",
      path: place.folder,
      pull_steps: [{ "prefect.deployments.steps.run_shell_script": step }],
    });
    const { code, stdout } = await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    const printed = await logOf(run);
    expect(printed).toContain("unloads at the harbour by ********");
    expect(`${printed}${stdout}`).toContain("at harbour by ********");
    expect(`${printed}${stdout}`).not.toContain("crane-4711");
    expect(code).toBe(0);
  });

  /** A block of a type of its own, whose token is secret. */
  async function keepBlock(block: string, data: object) {
    const api = client();
    const type = await api.call<typeof createBlockType>("POST /block_types/", { body: { name, slug: name } });
    const fields = {
      title: name,
      type: "object",
      properties: { place: { type: "string" }, token: { type: "string" } },
      secret_fields: ["token"],
    };
    const schema = await api.call<typeof createBlockSchema>("POST /block_schemas/", {
      body: { block_type_id: type.id, fields },
    });
    await api.call<typeof createBlockDocument>("POST /block_documents/", {
      body: { name: block, data: { ...data }, block_type_id: type.id, block_schema_id: schema.id },
    });
  }

  test("that can't be brought crashes the run, whose state names the step", async () => {
    const run = await claimedRun({
      entrypoint: "train.ts:exported",
      pull_steps: clone({ repository: "/no/such/repository" }),
    });
    await place.runWith({ env: asPrefect(run) }, "flow-run", "execute");
    const message = expect.stringMatching(
      /Pull step 1 of 1, git_clone, failed: \/no\/such\/repository can't be cloned/,
    );
    expect((await read(run.id)).state).toMatchObject({ type: "CRASHED", message });
    expect(await eventsOf(run)).toMatchObject([{ event: "prefect.flow-run.pull-step.failed", payload: { index: 0 } }]);
  });
});

describe("ending it", () => {
  async function startedAt(body: string, printed: string) {
    place.write(`${name}.ts`, body);
    const run = await claimedRun({ entrypoint: `${name}.ts:exported` });
    const command = place.startWith({ env: asPrefect(run) }, "flow-run", "execute");
    await command.printed(printed);
    return { run, command };
  }

  const waits = () =>
    program(`
      const { signal } = currentRun();
      console.log("works");
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    `).replace("{ flow, log }", "{ currentRun, flow, log }");

  test("SIGTERM crashes the run", async () => {
    const { run, command } = await startedAt(waits(), "works");
    command.child.kill("SIGTERM");
    await command.finished;
    expect((await read(run.id)).state).toMatchObject({ type: "CRASHED", message: expect.stringContaining("SIGTERM") });
  });

  test("a process that ends before its run crashes the run", async () => {
    const { run, command } = await startedAt(program("console.log('works'); process.exit(3);"), "works");
    await command.finished;
    expect((await read(run.id)).state).toMatchObject({
      type: "CRASHED",
      message: expect.stringContaining("The process ended with code 3"),
    });
  });

  test("a cancel ends the run and the process", async () => {
    const { run, command } = await startedAt(waits(), "works");
    await propose(run.id, "CANCELLING");
    expect((await command.finished).code).toBe(1);
    expect((await read(run.id)).state_type).toBe("CANCELLED");
  });

  const loads = () => `console.log("loads");\nawait new Promise((done) => setTimeout(done, 600_000));\n${program("")}`;

  test("SIGTERM while the file is loaded crashes the run", async () => {
    const { run, command } = await startedAt(loads(), "loads");
    command.child.kill("SIGTERM");
    expect((await command.finished).code).toBe(143);
    expect((await read(run.id)).state).toMatchObject({
      type: "CRASHED",
      message: "The process was ended by SIGTERM before the run began.",
    });
  });

  test("SIGTERM while the file is loaded ends a run that somebody has cancelled as cancelled", async () => {
    const { run, command } = await startedAt(loads(), "loads");
    await propose(run.id, "CANCELLING");
    command.child.kill("SIGTERM");
    await command.finished;
    expect((await read(run.id)).state_type).toBe("CANCELLED");
  });
});

test.each([
  { args: [], says: "There is no run to execute" },
  { args: ["train"], says: 'The argument is "train", which is not the id of a flow run.' },
  { args: ["0193c1f0-5f6a-7cc3-98c4-dc0c0c07398f"], says: "There is no flow run with the id" },
])("$args is refused with the reason", async ({ args, says }) => {
  const { code, stderr } = await place.runWith({ env: { OSTINATO_API_URL: url } }, "flow-run", "execute", ...args);
  expect(stderr).toContain(says);
  expect(code).toBe(2);
});
