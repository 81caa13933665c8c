import { createClient } from "@ostinato/client";
import type {
  createFlowRunFromDeployment,
  Deployment,
  filterAutomations,
  readDeploymentByName,
  readFlowRun,
} from "@ostinato/protocol";
import { expect, test, vi } from "vitest";
import { freePort, type Workplace, workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 180_000 });

const train = (body: string, parameters = "{ depth = 6 }: { depth?: number }") => `
import { flow } from "ostinato";
import { suffix } from "./suffix.ts";
export const train = flow(async function train(${parameters}) { ${body} });
export { suffix };
`;

async function started(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const port = await freePort();
  const place = workplace({ OSTINATO_SERVER_PORT: String(port) });
  for (const [name, text] of Object.entries(files)) place.write(name, text);
  const command = place.start("dev", "--port", String(port), ...args);
  return { place, command, port, client: createClient({ baseUrl: `http://127.0.0.1:${port}/api` }) };
}

const files = (body: string) => ({ "train.ts": train(body), "suffix.ts": "export const suffix = 1;" });

function read(client: ReturnType<typeof createClient>, deployment_name: string): Promise<Deployment> {
  return client.call<typeof readDeploymentByName>("GET /deployments/name/{flow_name}/{deployment_name}", {
    params: { flow_name: "train", deployment_name },
  });
}

async function ended({
  place,
  port,
  command,
}: {
  place: Workplace;
  port: number;
  command: ReturnType<Workplace["start"]>;
}) {
  command.child.kill("SIGINT");
  const finished = await command.finished;
  const { stdout } = await place.run("server", "status", "--port", String(port));
  return { ...finished, status: stdout };
}

test("one command serves pages, registers flows, and registers them anew when they are saved", async () => {
  const all = await started(files(""), "train.ts");
  const { place, command, client } = all;
  await command.printed("Registered: train/dev");
  const { paused, work_pool_name } = await read(client, "dev");
  expect([paused, work_pool_name]).toEqual([true, "dev"]);
  place.write("train.ts", train("", "{ width = 3 }: { width?: number }"));
  await command.printed("Registered anew: train/dev");
  expect((await read(client, "dev")).parameter_openapi_schema).toMatchObject({ properties: { width: { default: 3 } } });
  const { code, stderr, status } = await ended(all);
  expect(code).toBe(0);
  expect(stderr).not.toContain("Problem");
  expect(status).not.toContain("is running");
  await expect(read(client, "dev")).rejects.toThrow();
});

test("runs are executed by the code that was saved last", async () => {
  const all = await started(files(""), "train.ts");
  const { place, command, client } = all;
  await command.printed("Registered: train/dev");
  const { id } = await read(client, "dev");
  const run = async () => {
    const made = await client.call<typeof createFlowRunFromDeployment>("POST /deployments/{id}/create_flow_run", {
      params: { id },
      body: {},
    });
    return await vi.waitFor(
      async () => {
        const { state } = await client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id: made.id } });
        expect(["COMPLETED", "FAILED", "CRASHED"]).toContain(state?.type);
        return state;
      },
      { timeout: 60_000, interval: 100 },
    );
  };
  expect(await run()).toMatchObject({ type: "COMPLETED" });
  place.write("train.ts", train("throw new Error('saved since');"));
  expect(await run()).toMatchObject({ type: "FAILED", message: expect.stringContaining("saved since") });
  expect((await ended(all)).code).toBe(0);
});

test("problems are said, and what comes after is registered", async () => {
  const all = await started(files("const ;"), "train.ts");
  const { place, command, client } = all;
  await command.printed("Problem: train.ts:4: syntax error");
  place.write("train.ts", train(""));
  await command.printed("Registered: train/dev");
  // Files that the program imports count too.
  place.write("suffix.ts", "export const suffix = 1; throw new Error('no suffix today');");
  await command.printed("no suffix today");
  expect((await read(client, "dev")).entrypoint).toBe("train.ts:train");
  await ended(all);
});

test("the deployments and automations of a config are registered for the worker of this machine, and again when the config is saved", async () => {
  const config = (cron: string) =>
    `import { automation, runDeployment } from "ostinato/automations";
const retry = automation({ name: "again", when: { event: "data.came" }, then: runDeployment("train/nightly") });
export default { defaults: { workPool: "gpus", image: "a:1" }, deployments: [{ name: "nightly", entrypoint: "train.ts:train", cron: "${cron}" }], automations: [retry] };`;
  const all = await started({ ...files(""), "ostinato.config.ts": config("0 2 * * *") });
  const { place, command, client } = all;
  await command.printed('Registered: automation "again"');
  const [made] = await client.call<typeof filterAutomations>("POST /automations/filter", { body: {} });
  const { id } = await read(client, "nightly");
  expect(made).toMatchObject({ name: "again", actions: [{ type: "run-deployment", deployment_id: id }] });
  expect(await read(client, "nightly")).toMatchObject({
    work_pool_name: "dev",
    paused: true,
    schedules: [{ schedule: { cron: "0 2 * * *" } }],
  });
  place.write("ostinato.config.ts", config("0 3 * * *"));
  await command.printed("Registered anew: train/nightly");
  expect((await read(client, "nightly")).schedules).toMatchObject([{ schedule: { cron: "0 3 * * *" } }]);
  await ended(all);
});

test("a file that is not there, and no file at all, are said before anything is started", async () => {
  const place = workplace({ OSTINATO_SERVER_PORT: String(await freePort()) });
  expect(await place.run("dev", "gone.ts")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no file gone.ts"),
  });
  expect(await place.run("dev")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no ostinato.config.ts in"),
  });
});
