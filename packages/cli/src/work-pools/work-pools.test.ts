import { createClient } from "@ostinato/client";
import { createDeployment, createFlow, createFlowRunFromDeployment } from "@ostinato/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort, makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/api`;
  place = makeWorkplace({ OSTINATO_API_URL: url });
  await place.run("server", "start", "--background", "--port", String(port));
});

afterAll(async () => {
  await place.run("server", "stop");
  place.dispose();
});

/** A name that no other test uses. */
let pool: string;
let counter = 0;
beforeEach(() => {
  counter += 1;
  pool = `pool${counter}`;
});

async function json(...args: readonly string[]) {
  const { stdout, stderr, code } = await place.run(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function refused(...args: readonly string[]) {
  const { code, stderr } = await place.run(...args);
  expect(stderr).not.toMatch(/^\s+at /m);
  return { code, stderr };
}

describe("ostinato work-pool", () => {
  test("creates a pool with the job template of its type, lists and inspects it", async () => {
    const { stdout } = await place.run("work-pool", "create", pool, "--description", "for tests");
    expect(stdout).toContain(`ostinato worker start --pool ${pool}`);
    expect(await json("work-pool", "inspect", pool)).toMatchObject({
      name: pool,
      type: "process",
      description: "for tests",
      base_job_template: { job_configuration: { command: "{{ command }}" } },
    });
    const listed = await json("work-pool", "ls", "-n", "500");
    expect(listed).toContainEqual(expect.objectContaining({ name: pool, workers_online: 0 }));
    const inspected = await place.run("work-pool", "inspect", pool);
    expect(inspected.stdout).toMatch(/Status +not ready/);
    expect(inspected.stdout).toMatch(/Queues +default: priority 1/);
  });

  test("takes a template of its own from a file", async () => {
    const template = { job_configuration: { command: "{{ command }}" }, variables: { properties: { command: {} } } };
    place.write("template.json", JSON.stringify(template));
    await json("work-pool", "create", pool, "--type", "my-type", "--base-job-template", "@template.json");
    expect(await json("work-pool", "inspect", pool)).toMatchObject({ type: "my-type", base_job_template: template });
  });

  test("changes, pauses and limits a pool", async () => {
    await json("work-pool", "create", pool);
    expect(await json("work-pool", "update", pool, "--description", "new")).toMatchObject({ description: "new" });
    expect(await json("work-pool", "pause", pool)).toMatchObject({ is_paused: true, status: "PAUSED" });
    expect(await json("work-pool", "resume", pool)).toMatchObject({ is_paused: false });
    expect(await json("work-pool", "set-concurrency-limit", pool, "3")).toMatchObject({ concurrency_limit: 3 });
    expect(await json("work-pool", "clear-concurrency-limit", pool)).toMatchObject({ concurrency_limit: null });
  });

  test("previews the runs of a pool without counting as somebody who serves it", async () => {
    await json("work-pool", "create", pool);
    const client = createClient({ baseUrl: url });
    const flow = await client.call(createFlow, { body: { name: pool } });
    const deployment = { name: "nightly", flow_id: flow.id, work_pool_name: pool };
    const { id } = await client.call(createDeployment, { body: deployment });
    const run = await client.call(createFlowRunFromDeployment, { params: { id }, body: {} });
    expect((await json("work-pool", "preview", pool)).map((row: { id: string }) => row.id)).toEqual([run.id]);
    expect((await place.run("work-pool", "preview", pool)).stdout).toContain(run.name);
    expect(await json("work-pool", "inspect", pool)).toMatchObject({ status: "NOT_READY" });
  });

  test("deletes a pool once that is confirmed", async () => {
    await json("work-pool", "create", pool);
    const unsure = await refused("work-pool", "delete", pool);
    expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining("add --yes") });
    expect(await json("work-pool", "delete", pool, "--yes")).toEqual({ deleted: [pool] });
    expect(await refused("work-pool", "inspect", pool)).toMatchObject({ code: 1 });
  });

  test.each([
    { args: ["create", "x", "--type", "proces"], code: 2, says: "Did you mean" },
    { args: ["create", "x", "--base-job-template", "{"], code: 2, says: "--base-job-template is not valid JSON" },
    { args: ["create", "x", "--base-job-template", "@gone.json"], code: 2, says: "can't be read" },
    { args: ["create", "a/b"], code: 1, says: "name" },
    { args: ["update", "x"], code: 2, says: "Nothing to change" },
    { args: ["set-concurrency-limit", "x", "-1"], code: 2, says: "" },
    { args: ["inspect", "nobody"], code: 1, says: 'There is no work pool "nobody".' },
  ])("refuses $args with the reason", async ({ args, code, says }) => {
    const answer = await refused("work-pool", ...args);
    expect(answer.stderr).toContain(says);
    expect(answer.code).toBe(code);
  });

  test("refuses a second pool of one name", async () => {
    await json("work-pool", "create", pool);
    expect((await refused("work-pool", "create", pool)).stderr).toContain(`There is a work pool "${pool}" already`);
  });
});

describe("ostinato work-queue", () => {
  const queue = (...args: readonly string[]) => json("work-queue", ...args, "--pool", pool);

  beforeEach(async () => {
    await json("work-pool", "create", pool);
  });

  test("creates, lists, changes and deletes queues of a pool", async () => {
    expect(await queue("create", "urgent", "--priority", "1")).toMatchObject({ name: "urgent", priority: 1 });
    const names = (await queue("ls")).map((row: { name: string }) => row.name);
    expect(names.toSorted()).toEqual(["default", "urgent"]);
    expect(await queue("set-priority", "urgent", "2")).toMatchObject({ priority: 2 });
    expect(await queue("set-concurrency-limit", "urgent", "4")).toMatchObject({ concurrency_limit: 4 });
    expect(await queue("clear-concurrency-limit", "urgent")).toMatchObject({ concurrency_limit: null });
    expect(await queue("pause", "urgent")).toMatchObject({ is_paused: true });
    expect(await queue("resume", "urgent")).toMatchObject({ is_paused: false });
    expect(await queue("inspect", "urgent")).toMatchObject({ name: "urgent" });
    expect((await place.run("work-queue", "inspect", "urgent", "--pool", pool)).stdout).toMatch(/Priority +2/);
    expect(await queue("delete", "urgent", "--yes")).toEqual({ deleted: ["urgent"] });
  });

  test("names the queues that there are", async () => {
    const { code, stderr } = await refused("work-queue", "pause", "urgent", "--pool", pool);
    expect(stderr).toContain(`Work pool ${pool} has no queue "urgent". Its queues are: default.`);
    expect(code).toBe(1);
    expect((await refused("work-queue", "ls", "--pool", "nobody")).stderr).toContain('no work pool "nobody"');
  });
});

test("a pool has no workers until one is started", async () => {
  await json("work-pool", "create", pool);
  expect((await place.run("worker", "ls", "--pool", pool)).stdout).toContain("has no workers. Start one:");
  expect(await json("worker", "ls", "--pool", pool)).toEqual([]);
});
