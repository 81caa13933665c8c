import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { testDriver } from "@ostinato/testing/suites/driver";
import { type Driver, type Job, type JobReport, type RunningJob, systemClock, type Timestamp } from "ostinato/driver";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { startTestEngine, type TestEngine } from "../test/engine.ts";
import { docker } from "./index.ts";

const engine = await startTestEngine();
if (typeof engine === "string") {
  console.log(`The tests of the Docker driver are skipped. ${engine}`);
  test(engine, () => {});
} else {
  afterAll(async () => {
    await engine.docker.getImage(engine.image).remove({ force: true });
    await engine.stop();
  });
  declareTests(engine);
}

function declareTests({ docker: api, image, restart }: TestEngine): void {
  const open = (): Promise<Driver> =>
    docker.open({ clock: systemClock(), environment: process.env, folder: "/nowhere", ostinato: [] });
  const base = { image, network_mode: "host" };
  const started: RunningJob[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((job) => job.cleanUp()));
  });

  describe("as every driver", () => testDriver(test, { open, configuration: base }));

  interface Wanted {
    readonly script?: string;
    readonly configuration?: Readonly<Record<string, unknown>>;
    readonly job?: Partial<Job>;
  }

  async function start({ script, configuration = {}, job = {} }: Wanted) {
    const driver = await open();
    const running = driver.start({
      identity: { flowRunId: randomUUID(), claim: randomUUID(), workPoolId: randomUUID(), workerName: "one" },
      flowRunName: "calm-otter",
      entrypoint: undefined,
      environment: {},
      ...job,
      configuration: { ...base, ...(script === undefined ? {} : { command: `sh -c '${script}'` }), ...configuration },
    });
    started.push(running);
    return { driver, running };
  }

  async function run(wanted: Wanted) {
    const { driver, running } = await start(wanted);
    const reports = await Array.fromAsync(running.reports());
    return { driver, running, reports, lines: linesOf(reports), end: await running.ended };
  }

  /** Reads the reports of a job; resolves when it has written the line. */
  async function readUntil(running: RunningJob, line: string) {
    const found = Promise.withResolvers<void>();
    const read = async () => {
      const reports: JobReport[] = [];
      for await (const report of running.reports()) {
        reports.push(report);
        if (report.kind === "output" && report.text === line) found.resolve();
      }
      return reports;
    };
    const all = read();
    await found.promise;
    return { all };
  }

  const inspect = async (running: RunningJob) => api.getContainer((await running.infrastructureId) ?? "").inspect();

  test("the container has the name, labels and limits of its run, an init, and a log that breaks no letters", async () => {
    const { running } = await run({
      script: "exit 0",
      configuration: {
        labels: { team: "data" },
        mem_limit: "64m",
        memswap_limit: "128m",
        cpu_limit: 0.5,
        volumes: [`${tmpdir()}:/data:ro`],
      },
    });
    const { flowRunId, claim, workPoolId } = running.identity;
    const { Name, Config, HostConfig } = await inspect(running);
    expect(Name).toBe(`/ostinato-${flowRunId}-${claim.slice(-12)}`);
    expect(Config.Labels).toEqual({
      team: "data",
      "ostinato/flow-run-id": flowRunId,
      "ostinato/claim": claim,
      "ostinato/work-pool-id": workPoolId,
      "ostinato/worker-name": "one",
    });
    expect(HostConfig).toMatchObject({
      AutoRemove: false,
      Init: true,
      LogConfig: { Type: "local" },
      Memory: 64 * 1024 ** 2,
      MemorySwap: 128 * 1024 ** 2,
      NanoCpus: 500_000_000,
      NetworkMode: "host",
      Binds: [`${tmpdir()}:/data:ro`],
    });
  });

  test("a volume holds what the container leaves", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ostinato-volume-"));
    const { end, lines } = await run({
      script: "echo kept > /data/result; cat /data/result",
      configuration: { volumes: [`${folder}:/data`] },
    });
    expect([end.exitCode, lines]).toEqual([0, ["kept"]]);
    rmSync(folder, { recursive: true });
  });

  describe("memory", () => {
    const eat = "tail /dev/zero";
    const waitFor = (file: string) => `while [ ! -e ${file} ]; do sleep 0.05; done`;

    /**
     * Runs a container in which a process eats more than there is, and then `script`. An engine misses what happens before it has begun to
     * watch the memory, or just before the container ends: it gets the time for both.
     */
    async function runOutOfMemory(script: string) {
      const { running } = await start({
        script: `${waitFor("/tmp/started")}; ${eat}; code=$?; ${waitFor("/tmp/noticed")}; ${script}`,
        configuration: { mem_limit: "16m", memswap_limit: "16m" },
      });
      const reports = Array.fromAsync(running.reports());
      const name = (await running.infrastructureId) ?? "";
      const container = api.getContainer(name);
      const notices = await api.getEvents({ filters: { container: [name], event: ["oom"] } });
      const noticed = once(notices, "data");
      const touch = async (file: string) => (await container.exec({ Cmd: ["touch", file] })).start({});
      await expect.poll(async () => (await container.inspect()).State.Running).toBe(true);
      await touch("/tmp/started");
      await noticed;
      (notices as Readable).destroy();
      await touch("/tmp/noticed");
      return { reports: await reports, end: await running.ended };
    }

    test("that the main process lacks is the reason of the end, with the limit", async () => {
      const { end } = await runOutOfMemory(`exec ${eat}`);
      expect(end).toMatchObject({ reason: "out-of-memory", exitCode: 137, signal: "SIGKILL" });
      expect(end.message).toContain("ran out of memory (limit 16 MiB). Raise mem_limit");
    });

    test.each([
      ["and goes on", "exit 0", 0],
      ["and fails for it", "[ $code = 0 ] || exit 1", 1],
    ])("that a child lacks is told, and decides nothing where the run notices %s", async (_, script, exitCode) => {
      const { end, reports } = await runOutOfMemory(script);
      expect(end).toMatchObject({ reason: "exited", exitCode });
      expect(reports).toContainEqual({
        kind: "notice",
        level: "warning",
        message: expect.stringMatching(/^A process in the container was killed for lack of memory \(limit 16 MiB\)/),
      });
    });
  });

  describe("the image", () => {
    test("is used where it is, by the policies Never and IfNotPresent", async () => {
      for (const image_pull_policy of ["Never", "IfNotPresent"]) {
        expect((await run({ script: "exit 0", configuration: { image_pull_policy } })).end.exitCode).toBe(0);
      }
    });

    const missing = "127.0.0.1:9/team/no-such-image:1.4";

    test.each(["Always", "IfNotPresent"])(
      "that can't be pulled is told by its name, by the policy %s",
      async (policy) => {
        const { end, reports, running } = await run({
          script: "exit 0",
          configuration: { image: missing, image_pull_policy: policy },
        });
        expect(end).toMatchObject({
          reason: "not-started",
          message: expect.stringContaining(`Image ${missing} can't be pulled:`),
        });
        expect(reports).toContainEqual(expect.objectContaining({ kind: "phase", phase: "waiting", reason: "Pulling" }));
        expect(await running.infrastructureId).toBeUndefined();
      },
    );

    test("that is not on the machine is told by its name, by the policy Never", async () => {
      const { end } = await run({ script: "exit 0", configuration: { image: missing, image_pull_policy: "Never" } });
      expect(end).toMatchObject({
        reason: "not-started",
        message: `Image ${missing} is not on the worker's machine, and image_pull_policy is Never. Pull it there, or choose IfNotPresent.`,
      });
    });

    test("that can't be pulled is taken from the machine by the policy IfPossible", async () => {
      const { end, reports } = await run({ script: "exit 0", configuration: { image_pull_policy: "IfPossible" } });
      expect(end.exitCode).toBe(0);
      expect(reports).toContainEqual(
        expect.objectContaining({ level: "warning", message: expect.stringContaining("can't be pulled") }),
      );
    });

    test("is not waited for any more when the run is stopped", async () => {
      // A registry that accepts connections and never answers.
      const registry = createServer(() => {});
      registry.listen(0, "127.0.0.1");
      await once(registry, "listening");
      const { port } = registry.address() as AddressInfo;
      const asked = once(registry, "request");
      const { running } = await start({ script: "exit 0", configuration: { image: `127.0.0.1:${port}/slow:1` } });
      const reports = Array.fromAsync(running.reports());
      await asked;
      expect(await running.stop(20)).toMatchObject({ reason: "stopped" });
      await reports;
      registry.closeAllConnections();
      registry.close();
    });
  });

  test.each([
    [{ image: undefined }, "image is not set"],
    [{ image: 7 }, "image is 7; give a string"],
    [{ mem_limit: "lots" }, 'mem_limit is "lots"; give an amount of memory with a unit, such as "512m"'],
    [{ mem_limit: "512" }, 'mem_limit is "512", which is 512 bytes; Docker needs 6m at least. Did you mean "512m"?'],
    [{ memswap_limit: "1g" }, "memswap_limit is set without mem_limit"],
    [{ mem_limit: "1g", memswap_limit: "512m" }, 'memswap_limit is "512m", which is less than mem_limit'],
    [{ cpu_limit: "many" }, 'cpu_limit is "many"; give a number of CPUs'],
    [{ cpu_limit: 1e6 }, "The run's container can't be created: "],
    [{ volumes: "/data" }, 'volumes is "/data"; give a list of strings'],
    [{ volumes: ["/data"] }, 'volumes is "/data"; give "source:target"'],
    [{ labels: { team: 7 } }, "labels.team is 7; give a string"],
    [{ privileged: "yes" }, 'privileged is "yes"; give true or false'],
    [{ networks: ["a"] }, "networks and network_mode are both set"],
    [{ image_pull_policy: "Sometimes" }, 'image_pull_policy is "Sometimes"; give one of IfNotPresent, Always'],
    [{ registry_credentials: { password: "hidden" } }, "registry_credentials needs the strings username"],
    [{ network_mode: "no-such-network" }, "no-such-network"],
  ])("%j is refused with a sentence that names the field", async (configuration, message) => {
    const { end } = await run({ script: "exit 0", configuration });
    expect(end.reason).toBe("not-started");
    expect(end.message).toContain(message);
    expect(end.message).not.toContain("hidden");
  });

  test("the command of a flow is that of its language, in the image", async () => {
    for (const [entrypoint, program] of [
      ["src/train.ts:train", "npx"],
      ["flows/etl.py:load", "prefect"],
    ]) {
      const { end } = await run({ job: { entrypoint } });
      expect(end).toMatchObject({
        reason: "not-started",
        message: expect.stringContaining(`"${program}" was not found`),
      });
    }
  });

  test("a container that somebody kills or removes is told apart", async () => {
    const waiting = "echo ready; while :; do sleep 0.1; done";
    const { running: killed } = await start({ script: waiting });
    const first = await readUntil(killed, "ready");
    await api.getContainer((await killed.infrastructureId) ?? "").kill();
    await first.all;
    expect(await killed.ended).toMatchObject({ reason: "killed", exitCode: 137, signal: "SIGKILL" });
    const { running: removed } = await start({ script: waiting });
    const second = await readUntil(removed, "ready");
    await api.getContainer((await removed.infrastructureId) ?? "").remove({ force: true });
    await second.all;
    expect(["removed", "killed"]).toContain((await removed.ended).reason);
  });

  test("a container stays after the clean-up where it is not to be removed, and workers pass over it", async () => {
    const { driver, running } = await run({ script: "exit 0", configuration: { auto_remove: false } });
    const name = (await running.infrastructureId) ?? "";
    await running.cleanUp();
    expect(await driver.find(running.identity.workPoolId)).toEqual([]);
    expect(await (await open()).find(running.identity.workPoolId)).toEqual([]);
    const kept = api.getContainer(`${name}-kept`);
    expect((await kept.inspect()).State.ExitCode).toBe(0);
    await kept.remove();
  });

  test("a container that takes longer than the worker is to wait is left alone", async () => {
    const { driver, running, end } = await run({
      script: "while :; do sleep 0.1; done",
      configuration: { container_wait_timeout: 1 },
    });
    expect(end).toMatchObject({
      reason: "lost",
      message: expect.stringContaining("within 1 s (container_wait_timeout)"),
    });
    const name = await running.infrastructureId;
    await running.cleanUp();
    expect(await driver.find(running.identity.workPoolId)).toEqual([]);
    const left = api.getContainer(`${name}-kept`);
    expect((await left.inspect()).State.Running).toBe(true);
    await left.remove({ force: true });
  });

  describe("a lost worker", () => {
    test("leaves a container whose output another worker reads on, whose end it hears, and which it removes", async () => {
      const { running } = await start({
        script: "echo one; echo two; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo three; exit 6",
      });
      const reading = await readUntil(running, "two");
      const driver = await open();
      const [found] = await driver.find(running.identity.workPoolId);
      const reports = Array.fromAsync(found?.reports() ?? []);
      const go = await api.getContainer((await found?.infrastructureId) ?? "").exec({ Cmd: ["touch", "/tmp/go"] });
      await go.start({});
      expect(linesOf(await reports)).toEqual(["one", "two", "three"]);
      expect(await found?.ended).toMatchObject({ reason: "exited", exitCode: 6 });
      await reading.all;
    });

    test("leaves lines of which another worker reads only those after a moment", async () => {
      const { running } = await run({ script: "echo early; sleep 1; echo late" });
      const [found] = await (await open()).find(running.identity.workPoolId);
      const { State } = await inspect(running);
      const afterEarly = (Date.parse(State.FinishedAt) - 500) * 1000;
      expect(linesOf(await Array.fromAsync(found?.reports(afterEarly as Timestamp) ?? []))).toEqual(["late"]);
    });

    test("leaves a container that was never started", async () => {
      const identity = { flowRunId: randomUUID(), claim: randomUUID(), workPoolId: randomUUID(), workerName: "one" };
      const container = await api.createContainer({
        Image: image,
        Cmd: ["sh"],
        Labels: {
          "ostinato/flow-run-id": identity.flowRunId,
          "ostinato/claim": identity.claim,
          "ostinato/work-pool-id": identity.workPoolId,
        },
      });
      const [found] = await (await open()).find(identity.workPoolId);
      expect(await found?.stop(20)).toMatchObject({ reason: "stopped" });
      await found?.cleanUp();
      await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
    });
  });

  test.skipIf(restart === undefined)(
    "an engine that is started anew is waited for; all lines and the end are known",
    async () => {
      const { running } = await start({
        script: 'trap "echo bye; exit 9" TERM; echo ready; while :; do sleep 0.1; done',
      });
      const { all } = await readUntil(running, "ready");
      await restart?.();
      expect(await running.ended).toMatchObject({ reason: "exited", exitCode: 9 });
      expect(linesOf(await all)).toEqual(["ready", "bye"]);
    },
  );
}

function linesOf(reports: readonly JobReport[]): readonly string[] {
  return reports.flatMap((report) => (report.kind === "output" ? [report.text] : []));
}
