import { once } from "node:events";
import { createServer } from "node:net";
import { createClient } from "@ostinato/client";
import { createDeployment, createFlow, createFlowRunFromDeployment, readFlowRun } from "@ostinato/protocol";
import { type DockerEngine, findDockerEngine } from "@ostinato/testing/docker-engine";
import { removeImage } from "@ostinato/testing/docker-image";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { containerInstructions, copiedFiles } from "./dockerfile.ts";
import { importProductImage } from "./product-image.ts";

/** An engine without a fast file system copies the image for each container. */
const patience = { timeout: 120_000, interval: 100 };
vi.setConfig({ testTimeout: 150_000, hookTimeout: 400_000 });

const dockerfile = "docker/Dockerfile";
const flows = `
import { flow } from "ostinato";
export const bake = flow(async function bake({ loaves }: { loaves: number }) {
  return loaves * 2;
});
`;

test("the Dockerfile says what its containers are", () => {
  expect(containerInstructions(dockerfile).map((line) => line.split(" ")[0])).toEqual(
    expect.arrayContaining(["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "USER", "VOLUME"]),
  );
  expect(Object.values(copiedFiles(dockerfile))).toEqual(["docker/entrypoint.sh", "docker/health.mjs"]);
});

const engine = await findDockerEngine();
if (typeof engine === "string") {
  console.log(`The test of the container image is skipped. ${engine}`);
  test(engine, () => {});
} else {
  describe("the container image", () => declareTests(engine));
}

function declareTests(docker: DockerEngine): void {
  const started: Docker.Container[] = [];
  let api: Docker;
  let image: string;
  let port: number;

  beforeAll(async () => {
    const { protocol, hostname, port: enginePort, pathname } = new URL(docker.host);
    api = new Docker(protocol === "unix:" ? { socketPath: pathname } : { host: hostname, port: enginePort });
    image = await importProductImage(docker, {
      files: { "flows.ts": flows },
      copied: copiedFiles(dockerfile),
      owned: ["data"],
      // The engine brings a program like tini, which this machine may not have.
      instructions: containerInstructions(dockerfile).map((line) => line.replace('"tini", "--", ', "")),
    });
    port = await freePort();
  });

  afterAll(async () => {
    for (const container of started) await container.remove({ force: true, v: true });
    if (image !== undefined) await removeImage(docker, image);
    await docker.stop();
  });

  /** Its containers are in the network of this machine, since an engine of the tests has none of its own. */
  async function run(command: readonly string[], environment: Readonly<Record<string, string>> = {}, volume?: string) {
    const container = await api.createContainer({
      Image: image,
      Cmd: [...command],
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      HostConfig: { NetworkMode: "host", Init: true, ...(volume && { Binds: [`${volume}:/data`] }) },
      Healthcheck: await quickly(image),
    });
    started.push(container);
    await container.start();
    return container;
  }

  /** The check of the image, asked more often. */
  async function quickly(name: string) {
    const { Config } = await api.getImage(name).inspect();
    return { ...Config.Healthcheck, Interval: 1e9, StartPeriod: 100e9 } as Docker.ContainerCreateOptions["Healthcheck"];
  }

  async function healthOf(container: Docker.Container) {
    const { State } = await container.inspect();
    const { Status, Log = [] } = (State.Health ?? {}) as { Status?: string; Log?: { Output: string }[] };
    if (!State.Running) throw new Error(`It ended with ${State.ExitCode}: ${await logOf(container)}`);
    return { status: Status, said: Log.map(({ Output }) => Output).join("") };
  }

  const logOf = async (container: Docker.Container) =>
    (await container.logs({ stdout: true, stderr: true, follow: false })).toString();

  test("is a server and a worker that say they are healthy, not as root, and keeps what it has in its volume", async () => {
    const volume = `ostinato-test-${process.pid}`;
    const server = await run(["server", "--port", String(port)], {}, volume);
    await vi.waitFor(async () => expect(await healthOf(server)).toMatchObject({ status: "healthy" }), patience);
    expect((await healthOf(server)).said).toContain(`http://127.0.0.1:${port}/api/health answers 200`);
    const page = await fetch(`http://127.0.0.1:${port}/dashboard`, { headers: { host: "some.box.example" } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<title>")]);

    const client = createClient({ baseUrl: `http://127.0.0.1:${port}/api` });
    const workerPort = String(await freePort());
    const worker = await run(["worker", "--pool", "machines", "--type", "process", "--create"], {
      OSTINATO_API_URL: `http://127.0.0.1:${port}/api`,
      OSTINATO_HEALTH_PORT: workerPort,
    });
    await vi.waitFor(async () => expect(await healthOf(worker)).toMatchObject({ status: "healthy" }), patience);
    expect((await healthOf(worker)).said).toContain(`http://127.0.0.1:${workerPort}/health answers 200`);

    const { id: flow_id } = await client.call(createFlow, { body: { name: "bake" } });
    const { id } = await client.call(createDeployment, {
      body: { name: "here", flow_id, entrypoint: "flows.ts:bake", path: "/app", work_pool_name: "machines" },
    });
    const body = { parameters: { loaves: 4 } };
    const asked = await client.call(createFlowRunFromDeployment, { params: { id }, body });
    await vi.waitFor(async () => {
      const ended = await client.call(readFlowRun, { params: { id: asked.id } });
      if (ended.state_name !== "Completed") {
        throw new Error(`The run is ${ended.state_name}. The worker says: ${await logOf(worker)}`);
      }
    }, patience);
    for (const container of [worker, server]) {
      const { Titles, Processes } = await container.top({ ps_args: "-o pid,uid" });
      const place = Titles.indexOf("UID");
      expect(new Set(Processes.map((process: string[]) => process[place]))).toEqual(new Set(["1000"]));
      await container.stop({ t: 60 });
      const { State } = await container.inspect();
      expect([State.ExitCode, await logOf(container)]).toEqual([0, expect.any(String)]);
    }

    const again = await run(["server"], { OSTINATO_SERVER_PORT: String(port) }, volume);
    await vi.waitFor(async () => expect(await healthOf(again)).toMatchObject({ status: "healthy" }), patience);
    const kept = await client.call(readFlowRun, { params: { id: asked.id } });
    expect(kept).toMatchObject({ state_name: "Completed", parameters: { loaves: 4 } });
    for (const container of started.splice(0)) await container.remove({ force: true, v: true });
    await api.getVolume(volume).remove();
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
