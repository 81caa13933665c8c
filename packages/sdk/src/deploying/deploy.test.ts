import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerBucketBlock } from "@ostinato/buckets";
import { timeOrderedId } from "@ostinato/core";
import { noReferences } from "@ostinato/job-templates";
import {
  automationsRelatedTo,
  createWorkPool,
  type Deployment,
  deleteWorkPool,
  heartbeatOfWorker,
  listDeploymentVersions,
  updateDeployment,
  updateDeploymentSchedule,
} from "@ostinato/protocol";
import { memoryBucket } from "@ostinato/testing/memory-bucket";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import type { DeployOptions, FileDeployOptions } from "../flow/deploy-options.ts";
import { findDeployment } from "../serving/deployment-lookup.ts";
import { describe as describeFile } from "../serving/file-in-process.ts";
import { runPullSteps } from "../sources/pull-steps.ts";
import { deployableOfFile } from "./deployables.ts";
import { planDeployment } from "./deployment-plan.ts";
import { missingWorkers, requireWorkPool } from "./work-pool.ts";

const recorder = recordOnOwnServer();
const program = new URL("../../../ostinato/src/run-program.ts", import.meta.url);
const template = (...variables: readonly string[]) => ({
  job_configuration: Object.fromEntries(variables.map((name) => [name, `{{ ${name} }}`])),
  variables: { type: "object", properties: Object.fromEntries(variables.map((name) => [name, { type: "string" }])) },
});

let base: string;
/** The name of the test's flow. */
let name: string;

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "deploy-")));
  const make = (name: string, type: string, base_job_template: object) =>
    recorder.client.call(createWorkPool, { body: { name, type, base_job_template: { ...base_job_template } } });
  await make("machines", "process", template("command", "working_dir", "level"));
  await make("containers", "docker", template("command", "image"));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

beforeEach(() => {
  name = `flow-${timeOrderedId((Date.now() * 1000) as never)}`;
  write("train.ts");
});

function write(file: string, folder = base): void {
  const text = `
    import { flow } from "ostinato";
    export const train = flow({ name: "${name}", description: "trains" }, async function ({ depth = 6 }: { depth?: number }) {});
    export const other = flow({ name: "${name}-other" }, async () => {});
    export const number = 5;
  `;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), text);
}

type Given = Omit<Partial<FileDeployOptions>, "name">;

async function plan(options: Given, overwrite = false) {
  const given = { name: "nightly", workPool: "machines", entrypoint: "train.ts:train", ...options };
  const deployable = await deployableOfFile(given, { describe: (file) => describeFile(file, program), base });
  const pool = await requireWorkPool(recorder, given.workPool);
  return await planDeployment(
    { client: recorder.client, server: undefined },
    { deployable, pool },
    { overwrite, project: "tests" },
  );
}

async function deployed(options: Given = {}, overwrite = false): Promise<Deployment> {
  await (await plan(options, overwrite)).apply();
  return await onServer();
}

async function onServer(): Promise<Deployment> {
  const row = await findDeployment(recorder, name, "nightly");
  if (row === undefined) throw new Error("the deployment is not there");
  return row;
}

async function change(body: object): Promise<void> {
  await recorder.client.call(updateDeployment, { params: { id: (await onServer()).id }, body });
}

describe("a deployment whose code is in a bucket", () => {
  const memory = memoryBucket();
  const connect = async () => memory.bucket;
  const references = { ...noReferences, block: async () => ({}) };
  beforeAll(() => registerBucketBlock({ type: "memory-bucket", load: connect, connect }));
  beforeEach(() => memory.objects.clear());

  test("sends it at each deploy, and its runs work in what they download", async () => {
    const folder = join(base, "sent");
    for (const path of ["flows", "flows/node_modules/left-pad", "data"]) write("train.ts", join(folder, path));
    writeFileSync(join(folder, ".env"), "TOKEN=hush");
    const source = { bucket: "memory-bucket/code", folder: "sent", without: ["data"] };
    const first = await plan({ source, entrypoint: "flows/train.ts:train" });
    expect([...memory.objects.keys()]).toEqual([]);
    await first.apply();
    expect([...memory.objects.keys()]).toEqual(["flows/train.ts"]);
    const { pull_steps } = await onServer();
    const step = { id: "code", block_type_slug: "memory-bucket", block_document_name: "code" };
    expect(pull_steps).toEqual([{ "prefect.deployments.steps.pull_with_block": step }]);
    // The code alone is different.
    writeFileSync(join(folder, "flows/new.ts"), "1");
    const again = await plan({ source, entrypoint: "flows/train.ts:train" });
    expect(again.action).toBe("unchanged");
    await again.apply();
    const run = mkdtempSync(join(base, "run-"));
    const lines: string[] = [];
    const pulled = await runPullSteps(pull_steps ?? [], { folder: run, references, log: (line) => lines.push(line) });
    expect(readdirSync(join(pulled, "flows")).toSorted()).toEqual(["new.ts", "train.ts"]);
    expect(lines).toContain("pull_with_block: downloads memory://lake");
  });

  test("may be in a folder of the bucket, be prepared by commands, and have a block by its name", async () => {
    const bucket = { type: "memory-bucket", name: "code" };
    const row = await deployed({ source: { bucket, prefix: "of/train", without: ["sent"], setup: "npm ci" } });
    expect([...memory.objects.keys()]).toContain("of/train/train.ts");
    expect(row.pull_steps).toMatchObject([
      { "prefect.deployments.steps.pull_with_block": { folder: "of/train" } },
      { "prefect.deployments.steps.run_shell_script": { script: "npm ci", directory: "{{ code.directory }}" } },
    ]);
    const run = mkdtempSync(join(base, "run-"));
    const pulled = await runPullSteps(row.pull_steps?.slice(0, 1) ?? [], { folder: run, references, log: () => {} });
    expect(readdirSync(pulled)).toContain("train.ts");
  });

  test.each([
    [{ bucket: "code" }, 'bucket is "code"; give a block, S3Bucket.named("code") or "s3-bucket/code"'],
    [{ bucket: "memory-bucket/code", branch: "main" }, 'has no option "branch"'],
    [
      { bucket: "other-bucket/code" },
      'is of the type "other-bucket", which this program does not know. Import the package',
    ],
  ])("is refused where its source is %j", async (source, message) => {
    await expect(deployed({ source })).rejects.toThrow(message);
  });

  test("says in the run what is missing: a package, the block, or the code", async () => {
    const pull = async (type: string, folder = "") => {
      const inputs = { block_type_slug: type, block_document_name: "code", folder };
      const options = { folder: mkdtempSync(join(base, "run-")), references, log: () => {} };
      return await runPullSteps([{ "prefect.deployments.steps.pull_with_block": inputs }], options);
    };
    await expect(pull("github-repository")).rejects.toThrow(
      'Pull step 1 of 1, pull_with_block, failed: "block_type_slug" is "github-repository", which is not the type of a bucket',
    );
    await expect(pull("memory-bucket", "none")).rejects.toThrow("memory://lake/none/ has no objects. Check the prefix");
  });
});

describe("a deployment of a file", () => {
  test("says where its code is, what starts it, and what the flow takes", async () => {
    const row = await deployed({
      cron: "0 2 * * *",
      parameters: { depth: 8 },
      tags: ["gpu"],
      workQueue: "urgent",
      jobVariables: { level: "debug" },
      concurrency: 2,
      paused: true,
    });
    expect(row).toMatchObject({
      entrypoint: "train.ts:train",
      description: "trains",
      work_pool_name: "machines",
      work_queue_name: "urgent",
      pull_steps: [{ "prefect.deployments.steps.set_working_directory": { directory: base } }],
      job_variables: { command: "ostinato flow-run execute", level: "debug" },
      parameters: { depth: 8 },
      parameter_openapi_schema: { properties: { depth: { default: 6 } } },
      tags: ["gpu"],
      global_concurrency_limit: { limit: 2 },
      paused: true,
      schedules: [{ schedule: { cron: "0 2 * * *" } }],
    });
  });

  test("has a command of its own where its options say so", async () => {
    const { job_variables } = await deployed({ jobVariables: { command: "node run.ts" } });
    expect(job_variables).toEqual({ command: "node run.ts" });
  });

  test("needs no pull steps where the code is in an image", async () => {
    const row = await deployed({
      workPool: "containers",
      image: "train:3",
      entrypoint: "train.ts" === base ? "" : "train.ts:train",
    });
    expect(row).toMatchObject({
      pull_steps: [],
      job_variables: { image: "train:3", command: "ostinato flow-run execute" },
    });
  });

  test("may be in a repository that this machine has not cloned", async () => {
    const repository = join(base, `${name}-repository`);
    write("night.ts", join(repository, "flows"));
    const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: repository });
    git("-c", "init.defaultBranch=main", "init", "--quiet");
    git("add", "--all");
    git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "first");
    const source = { git: repository, branch: "main", folder: "flows", setup: ["node --version"] };
    const { pull_steps, entrypoint } = await deployed({ source, entrypoint: "night.ts:train" });
    expect(entrypoint).toBe("night.ts:train");
    expect(pull_steps).toEqual([
      { "prefect.deployments.steps.git_clone": { id: "code", repository, branch: "main" } },
      { "prefect.deployments.steps.set_working_directory": { directory: "{{ code.directory }}/flows" } },
      { "prefect.deployments.steps.run_shell_script": { script: "node --version" } },
    ]);
  });

  test("keeps the name of the variable that has a token, and not the token", async () => {
    process.env.TRAIN_TOKEN = "s3cret";
    const source = { git: "https://127.0.0.1:1/org/train.git", tokenFrom: "TRAIN_TOKEN", username: "ann" };
    const failing = plan({ source });
    await expect(failing).rejects.toThrow(/git_clone, failed: https:\/\/127.0.0.1:1\/org\/train.git can't be cloned/);
    await expect(failing).rejects.not.toThrow(/s3cret/);
  });
});

describe("deploying again", () => {
  const options = { cron: "0 2 * * *", parameters: { depth: 8 }, tags: ["gpu"], jobVariables: { level: "info" } };

  test("changes nothing where nothing differs", async () => {
    const first = await deployed(options);
    expect(await plan(options)).toMatchObject({ action: "unchanged", changes: [], kept: [] });
    const versions = () => recorder.client.call(listDeploymentVersions, { params: { id: first.id }, query: {} });
    const { count } = await versions();
    expect(await deployed(options)).toEqual(first);
    expect((await versions()).count).toBe(count);
  });

  test("shows each field that it changes, before and after, and changes nothing by showing it", async () => {
    const first = await deployed(options);
    const { action, changes } = await plan({ ...options, tags: ["cpu"], parameters: { depth: 9 }, cron: "0 3 * * *" });
    expect(action).toBe("change");
    expect(changes).toMatchObject([
      { field: "tags", before: ["gpu"], after: ["cpu"] },
      { field: "parameters.depth", before: 8, after: 9 },
      {
        field: "schedules",
        before: [{ schedule: { cron: "0 2 * * *" } }],
        after: [{ schedule: { cron: "0 3 * * *" } }],
      },
    ]);
    expect(await onServer()).toEqual(first);
  });

  test("keeps what somebody has changed since, beside what it changes itself", async () => {
    await deployed(options);
    await change({
      parameters: { depth: 10, added: 1 },
      description: "mine",
      schedules: [{ schedule: { cron: "0 9 * * *" } }],
    });
    const next = { ...options, parameters: { depth: 8, rows: 5 }, cron: "0 4 * * *" };
    const { kept, changes } = await plan(next);
    expect(kept).toMatchObject([
      { field: "description", value: "mine", wanted: "trains" },
      { field: "parameters.depth", value: 10, wanted: 8 },
      { field: "schedules" },
      { field: "parameters.added", value: 1, wanted: undefined },
    ]);
    expect(changes).toEqual([{ field: "parameters.rows", before: undefined, after: 5 }]);
    const kinds = {
      description: "mine",
      parameters: { depth: 10, rows: 5, added: 1 },
      schedules: [{ schedule: { cron: "0 9 * * *" } }],
    };
    expect(await deployed(next)).toMatchObject(kinds);
    // What was kept once is kept again.
    expect(await deployed({ ...next, tags: [] })).toMatchObject({ ...kinds, tags: [] });
  });

  test("takes back what somebody has changed when it is told to", async () => {
    await deployed(options);
    await change({ parameters: { depth: 10, added: 1 }, paused: true });
    expect(await deployed({ ...options, paused: false }, true)).toMatchObject({
      parameters: { depth: 8 },
      paused: false,
    });
    expect((await plan({ ...options, paused: false })).action).toBe("unchanged");
  });

  test("leaves a schedule paused that somebody has paused, though its times change", async () => {
    const { id, schedules } = await deployed({ schedules: [{ cron: "0 2 * * *", slug: "night" }] });
    const params = { id, schedule_id: schedules[0]?.id ?? "" };
    await recorder.client.call(updateDeploymentSchedule, { params, body: { active: false } });
    expect(await plan({ schedules: [{ cron: "0 2 * * *", slug: "night" }] })).toMatchObject({ action: "unchanged" });
  });

  test("moves the deployment to a queue of its new pool", async () => {
    await deployed({ workQueue: "urgent" });
    const moved = await deployed({ workPool: "containers", image: "train:3", workQueue: "urgent" });
    expect(moved).toMatchObject({ work_pool_name: "containers", work_queue_name: "urgent" });
  });

  test("puts the deployment back where it was deployed, after its pool was deleted and made again", async () => {
    const make = () =>
      recorder.client.call(createWorkPool, { body: { name: "rebuilt", type: "process", base_job_template: {} } });
    const remove = () => recorder.client.call(deleteWorkPool, { params: { name: "rebuilt" } });
    await make();
    onTestFinished(async () => void (await remove()));
    await deployed({ workPool: "rebuilt", workQueue: "urgent" });
    await remove();
    await make();
    expect(await plan({ workPool: "rebuilt", workQueue: "urgent" })).toMatchObject({ action: "change", kept: [] });
    const place = { work_pool_name: "rebuilt", work_queue_name: "urgent" };
    expect(await deployed({ workPool: "rebuilt", workQueue: "urgent" })).toMatchObject(place);
  });

  test("replaces all of a deployment that something else has made, as serving does", async () => {
    await deployed(options);
    await change({ version_info: { type: "prefect:simple", version: "1" }, parameters: { depth: 10 } });
    expect(await deployed(options)).toMatchObject({ parameters: { depth: 8 } });
  });
});

describe("what can't be deployed says why", () => {
  test.each<{ options: Record<string, unknown>; says: RegExp }>([
    {
      options: { entrypoint: "gone.ts:train" },
      says: /"gone.ts:train" names the file .*\/gone.ts, which does not exist/,
    },
    { options: { entrypoint: "train.ts:trian" }, says: /train.ts has no export "trian"\. Did you mean "train"\?/ },
    {
      options: { entrypoint: "train.ts:evaluate" },
      says: /train.ts has no export "evaluate"\. The flows that it exports are: other, train/,
    },
    { options: { entrypoint: "train.ts:number" }, says: /Export "number" of train.ts is not a flow\. The flows/ },
    { options: { entrypoint: "train.ts" }, says: /train.ts exports several flows\..* Name one: train.ts:other/ },
    { options: { entrypoint: undefined }, says: /needs its entrypoint/ },
    {
      options: { workPool: "machine" },
      says: /There is no work pool "machine"\. Did you mean "machines"\? Create it by: ostinato work-pool create machine --type process/,
    },
    {
      options: { workPool: "gpus" },
      says: /There is no work pool "gpus"\. The work pools are: containers \(docker\), machines \(process\)\./,
    },
    { options: { workPool: undefined }, says: /needs the work pool/ },
    { options: { image: "train:3" }, says: /has an image, and work pool "machines" \(process\) starts no containers/ },
    {
      options: { workPool: "containers" },
      says: /"containers" \(docker\), whose containers don't have the folder .*: give it an image with the code, or a source/,
    },
    { options: { workpool: "machines" }, says: /has no option "workpool"\. Did you mean "workPool"\?/ },
    { options: { cron: "0 25 * * *" }, says: /`cron` "0 25 \* \* \*" can't be used/ },
    {
      options: { source: { git: "https://ann:s3cret@example.com/a.git" } },
      says: /git is an address with credentials; name the environment variable that has the token by tokenFrom/,
    },
    { options: { source: { git: "a", branch: "b", tag: "c" } }, says: /source has branch and tag; give one of them/ },
    { options: { source: { git: "a", brnch: "b" } }, says: /source has no option "brnch"\. Did you mean "branch"\?/ },
    {
      options: { source: {} },
      says: /source is \{\}; give \{ git: "https:\/\/…" \}, \{ bucket: "s3-bucket\/code" \} or \{ folder: "\/srv\/flows" \}/,
    },
    { options: { source: { git: "no-repository-here" } }, says: /no-repository-here can't be cloned/ },
  ])("$options", async ({ options, says }) => {
    await expect(plan(options as Given)).rejects.toThrow(says);
  });
});

test("a pool whose workers are all gone is told of, with the command that starts one", async () => {
  const pool = await requireWorkPool(recorder, "machines");
  expect(await missingWorkers(recorder, pool)).toBe(
    'work pool "machines" has no worker online, so runs wait. Start one: ostinato worker start --pool machines',
  );
  await recorder.client.call(heartbeatOfWorker, { params: { work_pool_name: "machines" }, body: { name: "one" } });
  expect(await missingWorkers(recorder, pool)).toBeUndefined();
});

test("flow.deploy() finds the entrypoint by itself", async () => {
  const { deployableOfFlow } = await import("./deployables.ts");
  const { definitionOf, flow } = await import("../flow/flow.ts");
  const train = definitionOf(flow(async function night() {}));
  const options: DeployOptions = { name: "nightly", workPool: "machines" };
  expect(await deployableOfFlow(train, options)).toMatchObject({
    entrypoint: "packages/sdk/src/deploying/deploy.test.ts:night",
  });
  const source = { git: "https://example.com/org/ostinato.git", folder: "packages/sdk" };
  expect(await deployableOfFlow(train, { ...options, source })).toMatchObject({
    entrypoint: "src/deploying/deploy.test.ts:night",
  });
  const elsewhere = { ...options, source: { folder: "docs" } };
  await expect(deployableOfFlow(train, elsewhere)).rejects.toThrow(/which is not below .*docs, where its runs work/);
});

describe("the triggers of a deployment", () => {
  const owned = async () => {
    const params = { resource_id: `prefect.deployment.${(await onServer()).id}` };
    return await recorder.client.call(automationsRelatedTo, { params, query: { owned: true } });
  };

  test("are automations that go with it, and are those of the last deploy", async () => {
    const paid = {
      when: { event: "order.paid", times: 2 },
      parameters: { depth: "{{ event.payload.depth }}" },
      after: "5m",
    } as const;
    const creation = await plan({ triggers: [paid] });
    expect(creation.changes.find(({ field }) => field === "triggers")?.after).toHaveLength(1);
    const { id } = (await creation.apply()) as Deployment;
    const [first] = await owned();
    expect(first).toMatchObject({
      name: `${name}/nightly: trigger 1`,
      trigger: { expect: ["order.paid"], threshold: 2 },
      actions: [
        {
          type: "run-deployment",
          deployment_id: id,
          parameters: { depth: "{{ event.payload.depth }}" },
          schedule_after: 300,
        },
      ],
    });
    expect(await plan({ triggers: [paid] })).toMatchObject({ action: "unchanged" });
    const more = { name: "evening", when: { noEvent: "order.paid", within: "1d" } } as const;
    const change = await plan({ triggers: [paid, more] });
    expect(change).toMatchObject({ action: "change", changes: [{ field: "triggers" }] });
    await change.apply();
    expect((await owned()).map((each) => [each.name, each.id === first?.id])).toEqual([
      [`${name}/nightly: trigger 1`, true],
      ["evening", false],
    ]);
    await deployed({});
    expect(await owned()).toEqual([]);
  });

  test("are refused by their place where they are wrong", async () => {
    await expect(plan({ triggers: [{ when: { evnt: "a" } as never }] })).rejects.toThrow("triggers[0]");
    await expect(plan({ triggers: [{ wehn: { event: "a" } } as never] })).rejects.toThrow('no option "wehn"');
  });
});
