import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@ostinato/client";
import type { readDeploymentByName, updateDeployment } from "@ostinato/protocol";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort, makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
let url: string;
let database: TestDatabase;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/api`;
  // The tests of deploying in the SDK are on SQLite.
  database = await openDatabase("postgresql");
  place = makeWorkplace({ OSTINATO_API_URL: url, OSTINATO_DATABASE_URL: database.url });
  await place.run("server", "start", "--background", "--port", String(port));
  await place.run("work-pool", "create", "machines", "--type", "process");
});

afterAll(async () => {
  await place.run("server", "stop");
  place.dispose();
  await database.dispose();
});

/** The folder of a test's project, and the name of its flow. */
let name: string;
let counter = 0;
beforeEach(() => {
  counter += 1;
  name = `project${counter}`;
  mkdirSync(join(place.folder, name));
  write(
    "train.ts",
    `import { flow } from "ostinato"; export const train = flow({ name: "${name}" }, async function ({ depth = 6 }) {});`,
  );
});

const write = (file: string, text: string) => place.write(`${name}/${file}`, text);

function config(deployments: string, rest = ""): void {
  const defaults = 'defaults: { workPool: "machines" }';
  write(
    "ostinato.config.ts",
    `import { defineConfig } from "ostinato/config"; export default defineConfig({ ${defaults}, ${rest} deployments: [${deployments}] });`,
  );
}

const deploy = (...args: readonly string[]) => place.runWith({ cwd: join(place.folder, name) }, "deploy", ...args);

const nightly = '{ name: "nightly", entrypoint: "train.ts:train", cron: "0 2 * * *", parameters: { depth: 8 } }';
const weekly = '{ name: "weekly", entrypoint: "train.ts:train", jobVariables: { env: { LEVEL: "debug" } } }';

const read = (deployment_name: string) =>
  createClient({ baseUrl: url }).call<typeof readDeploymentByName>(
    "GET /deployments/name/{flow_name}/{deployment_name}",
    { params: { flow_name: name, deployment_name } },
  );

describe("ostinato deploy", () => {
  test("shows what it is going to do, and does it", async () => {
    config(`${nightly}, ${weekly}`);
    const { stdout, stderr, code } = await deploy("--all");
    expect(stdout).toContain(`+ ${name}/nightly will be created`);
    expect(stdout).toContain('parameters: {"depth":8}');
    expect(stdout).toContain("Plan: 2 to create.");
    expect(stdout).toContain(`Done: ${name}/nightly created, ${name}/weekly created.`);
    expect(stderr).toContain('Warning: work pool "machines" has no worker online');
    expect(code).toBe(0);
    expect(await read("weekly")).toMatchObject({
      work_pool_name: "machines",
      entrypoint: "train.ts:train",
      pull_steps: [{ "prefect.deployments.steps.set_working_directory": { directory: expect.stringContaining(name) } }],
    });
    const listed = await place.run("deployment", "ls", "--flow", name);
    expect(listed.stdout).toMatch(new RegExp(`^${name}/weekly .* machines +[0-9a-f-]{36}$`, "m"));
    expect((await deploy("--all")).stdout).toBe(
      `= ${name}/nightly is unchanged\n= ${name}/weekly is unchanged\nPlan: 2 unchanged.\n`,
    );
  });

  test("only shows it with --dry-run, and ends with 1 for changes where that is asked for", async () => {
    config(nightly);
    const { stdout, stderr, code } = await deploy("--dry-run");
    expect([stdout, stderr, code]).toEqual([
      expect.stringContaining("Plan: 1 to create."),
      expect.stringContaining("Nothing was changed."),
      0,
    ]);
    await expect(read("nightly")).rejects.toThrow("404");
    expect((await deploy("--dry-run", "--fail-on-changes")).code).toBe(1);
    await deploy();
    expect((await deploy("--dry-run", "--fail-on-changes")).code).toBe(0);
  });

  test("keeps what a person has changed, says so, and takes it back with --overwrite", async () => {
    config(nightly);
    await deploy();
    const { id } = await read("nightly");
    await createClient({ baseUrl: url }).call<typeof updateDeployment>("PATCH /deployments/{id}", {
      params: { id },
      body: { parameters: { depth: 10 } },
    });
    const { stdout } = await deploy();
    expect(stdout).toContain(
      "parameters.depth: 10 stays: it was changed on the server since the last deploy. The config says 8;",
    );
    expect((await read("nightly")).parameters).toEqual({ depth: 10 });
    expect((await deploy("--overwrite")).stdout).toContain("parameters.depth: 10 → 8");
    expect((await read("nightly")).parameters).toEqual({ depth: 8 });
  });

  test("makes the automations of the config after its deployments, and prunes those that it does not have any more", async () => {
    const write = (automations: string) =>
      place.write(
        `${name}/ostinato.config.ts`,
        `import { automation, doNothing, runDeployment } from "ostinato/automations";
        import { defineConfig } from "ostinato/config";
        const follow = (event: string) => automation({ name: "${name} follows", when: { event }, then: runDeployment("${name}/nightly") });
        const rest = automation({ name: "${name} rests", when: { flow: "${name}", noState: "Completed", within: "1d" }, then: doNothing() });
        export default defineConfig({ defaults: { workPool: "machines" }, deployments: [${nightly}], automations: [${automations}] });`,
      );
    write('follow("order.paid"), rest');
    const { stdout, code } = await deploy("--all");
    expect(code).toBe(0);
    expect(stdout).toContain(`+ automation "${name} follows" will be created`);
    expect(stdout).toContain("Plan: 3 to create.");
    write('follow("order.sent")');
    const again = await deploy("--all", "--prune", "--yes");
    expect(again.stdout).toMatch(/~ automation ".* follows" will be changed\n {4}trigger: .*order\.paid/);
    expect(again.stdout).toContain(`- automation "${name} rests" will be deleted`);
    const { id } = await read("nightly");
    const listed = JSON.parse((await place.run("automation", "inspect", `${name} follows`, "--json")).stdout);
    expect(listed).toMatchObject({ trigger: { expect: ["order.sent"] }, actions: [{ deployment_id: id }] });
    expect((await place.run("automation", "inspect", `${name} rests`)).code).toBe(1);
  });

  test("deploys those that are named, with or without their flow", async () => {
    config(`${nightly}, ${weekly}`);
    expect((await deploy("weekly")).stdout).toContain("Plan: 1 to create.");
    expect((await deploy(`${name}/nightly`)).stdout).toContain("Plan: 1 to create.");
    expect(await deploy(`other/nightly`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no deployment "other/nightly"'),
    });
    expect(await deploy("nightli")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "nightly"?'),
    });
    expect(await deploy()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("2 deployments: nightly, weekly. Name those"),
    });
  });

  test("deletes with --prune what the config does not have any more, and nothing of other projects", async () => {
    config(`${nightly}, ${weekly}`, `project: "${name}",`);
    await deploy("--all");
    config(nightly, `project: "${name}",`);
    expect((await deploy("--all")).stdout).toContain("Plan: 1 unchanged.");
    expect(await deploy("--all", "--prune")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("add --yes to go ahead"),
    });
    const { stdout } = await deploy("--all", "--prune", "--yes");
    expect(stdout).toContain(`- ${name}/weekly will be deleted`);
    expect(stdout).toContain("Plan: 1 to delete, 1 unchanged.");
    await expect(read("weekly")).rejects.toThrow("404");
    expect(await read("nightly")).toBeDefined();
  });

  test("prints JSON for programs", async () => {
    config(nightly);
    const { stdout } = await deploy("--json");
    expect(JSON.parse(stdout)).toMatchObject({
      applied: true,
      deployments: [{ name: `${name}/nightly`, action: "create", kept: [] }],
      warnings: [expect.stringContaining("no worker online")],
    });
  });

  test("reads prefect.yaml where there is no ostinato.config.ts", async () => {
    write(
      "prefect.yaml",
      `
build: [{ prefect.deployments.steps.run_shell_script: { script: "true" } }]
pull: [{ prefect.deployments.steps.git_clone: { repository: "https://example.com/a.git" } }]
deployments: [{ name: nightly, entrypoint: "train.ts:train", schedule: { cron: 0 2 * * * }, work_pool: { name: machines } }]
`,
    );
    const { stderr, code } = await deploy();
    expect(stderr).toContain("prefect.yaml: nightly: its build steps are not run");
    expect(code).toBe(0);
    expect((await read("nightly")).pull_steps).toEqual([
      { "prefect.deployments.steps.git_clone": { repository: "https://example.com/a.git" } },
    ]);
  });
});

describe("what is wrong is said, and nothing is changed", () => {
  test.each([
    {
      deployments: '{ name: "a", entrypoint: "train.ts:trian" }',
      says: 'train.ts has no export "trian". Did you mean "train"?',
    },
    {
      deployments: '{ name: "a", entrypoint: "tain.ts:train" }',
      says: 'The entrypoint "tain.ts:train" names the file',
    },
    {
      deployments: '{ name: "a", entrypoint: "train.ts:train", workPool: "none" }',
      says: 'There is no work pool "none". The work pools are: machines (process).',
    },
    {
      deployments: '{ name: "a", entrypoint: "train.ts:train", crn: "0 2 * * *" } as never',
      says: 'has no option "crn". Did you mean "cron"?',
    },
    {
      deployments: `${nightly}, ${nightly}`,
      says: 'has two deployments "nightly" of train.ts:train; give each another name',
    },
    {
      deployments: '{ entrypoint: "train.ts:train" } as never',
      says: "deployments[1] is { entrypoint: 'train.ts:train' }; give it a name",
    },
    { deployments: '{ name: "a", entrypoint: "train.py:train" }', says: "prefect deploy" },
  ])("$deployments", async ({ deployments, says }) => {
    config(`{ name: "right", entrypoint: "train.ts:train" }, ${deployments}`);
    const { stderr, code } = await deploy("--all");
    expect(stderr).toContain(says);
    expect(code).toBe(2);
    await expect(read("right")).rejects.toThrow("404");
  });

  test("two names of one flow, by two entrypoints", async () => {
    write(
      "train.ts",
      `import { flow } from "ostinato"; export const train = flow({ name: "${name}" }, async () => {}); export const same = train;`,
    );
    config(`${nightly}, { name: "nightly", entrypoint: "train.ts:same" }`);
    expect((await deploy("--all")).stderr).toContain(
      `There are two deployments "${name}/nightly"; give each another name`,
    );
  });

  test.each([
    { text: 'throw new Error("no token");', says: "ostinato.config.ts could not be loaded: no token", exits: 1 },
    { text: "export const a = 1;", says: "has no default export", exits: 2 },
    {
      text: "export default { deployment: [] };",
      says: 'has no option "deployment". Did you mean "deployments"?',
      exits: 2,
    },
    { text: "export default { deployments: {} };", says: "deployments is {}; give a list of deployments", exits: 2 },
    {
      text: 'export default { defaults: { workpool: "a" }, deployments: [] };',
      says: 'defaults has no option "workpool". Did you mean "workPool"?',
      exits: 2,
    },
    { text: "export default 5;", says: "ostinato.config.ts takes its options as an object, and was given 5", exits: 2 },
  ])("a config: $text", async ({ text, says, exits }) => {
    write("ostinato.config.ts", text);
    const { stderr, code } = await deploy("--all");
    expect(stderr).toContain(says);
    expect(code).toBe(exits);
  });

  test("no config, and options that don't go together", async () => {
    expect(await deploy()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There is no ostinato.config.ts in"),
    });
    expect((await deploy("--prune")).stderr).toContain("it needs --all");
    expect((await deploy("a", "--all")).stderr).toContain("Give names, or --all");
    expect((await deploy("--config", "other.ts")).stderr).toContain("There is no file other.ts.");
  });

  test("no server", async () => {
    config(nightly);
    const env = {
      OSTINATO_API_URL: `http://127.0.0.1:${await freePort()}/api`,
      OSTINATO_CONNECT_SECONDS: "0",
    };
    const { code, stderr } = await place.runWith({ cwd: join(place.folder, name), env }, "deploy");
    expect([code === 0, stderr.includes("127.0.0.1")]).toEqual([false, true]);
  });
});
