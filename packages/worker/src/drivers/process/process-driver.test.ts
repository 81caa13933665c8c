import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "@ostinato/core";
import { lookAtProcess, nameOfProcess } from "@ostinato/core/process";
import { testDriver } from "@ostinato/testing/suites/driver";
import { afterAll, describe, expect, test } from "vitest";
import type { Driver, JobReport } from "../driver.ts";
import type { Job } from "../job.ts";
import { processDriver } from "./process.driver.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-process-driver-"));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const ostinato = [process.execPath, "-e", "console.log(process.argv.slice(1).join(' '))"];

function open(environment: NodeJS.ProcessEnv = process.env): Promise<Driver> {
  return processDriver.open({ clock: systemClock(), environment, folder, ostinato });
}

describe("as every driver", () => testDriver(test, { open }));

function jobOf(changed: Partial<Job>): Job {
  return {
    identity: { flowRunId: randomUUID(), claim: randomUUID(), workPoolId: randomUUID(), workerName: "one" },
    flowRunName: "calm-otter",
    entrypoint: undefined,
    configuration: {},
    environment: {},
    ...changed,
  };
}

/** Runs a job to its end. */
async function run(changed: Partial<Job>, environment?: NodeJS.ProcessEnv) {
  const driver = await open(environment);
  const job = driver.start(jobOf(changed));
  const reports = await Array.fromAsync(job.reports());
  const end = await job.ended;
  await job.cleanUp();
  return { end, reports, lines: linesOf(reports), id: await job.infrastructureId };
}

function linesOf(reports: readonly JobReport[]): readonly string[] {
  return reports.flatMap((report) => (report.kind === "output" ? [report.text] : []));
}

const sh = (script: string) => ({ command: `sh -c "${script}"` });

test("the infrastructure id is the machine and the number of the process", async () => {
  const { id, lines } = await run({ configuration: sh("echo $$") });
  expect(id).toBe(`${hostname()}:${lines[0]}`);
});

describe("the command", () => {
  test("of a flow in TypeScript is that of this program, unless the configuration has one", async () => {
    expect((await run({ entrypoint: "src/train.ts:train" })).lines).toEqual(["flow-run execute"]);
    expect((await run({ entrypoint: "src/train.ts:train", configuration: sh("echo own") })).lines).toEqual(["own"]);
  });

  test.each([
    [
      "in the virtual environment in force",
      (python: string) => ({ VIRTUAL_ENV: join(python, "..", ".."), PATH: "/bin" }),
    ],
    ["in PATH", (python: string) => ({ PATH: `/nowhere:${join(python, "..")}` })],
  ])("of a flow in Python is that of the Python %s", async (_, variables) => {
    const python = makePython();
    const { lines } = await run({ entrypoint: "flows/etl.py:load" }, variables(python));
    expect(lines).toEqual([`${python} -m prefect.engine`]);
  });

  test("of a flow in Python uses the Python that the configuration names", async () => {
    const python = makePython();
    const { lines } = await run({ entrypoint: "flows.etl:load", configuration: { python } }, { PATH: "/nowhere" });
    expect(lines).toEqual([`${python} -m prefect.engine`]);
  });

  test.each([
    [{ PATH: "/nowhere" }, /PATH of the worker has no python3/],
    [{ VIRTUAL_ENV: "/nowhere/venv", PATH: "/bin" }, /VIRTUAL_ENV is "\/nowhere\/venv", where there is no Python/],
  ])("needs a Python, which %j does not have", async (environment, message) => {
    const { end } = await run({ entrypoint: "flows/etl.py:load" }, environment);
    expect(end).toMatchObject({ reason: "not-started", message: expect.stringMatching(message) });
  });

  test("is split as by a shell, and nothing in it is expanded", async () => {
    const configuration = { command: `printf '%s|' "a b" 'c"d' e\\ f "" $HOME *.ts '$(id)'` };
    expect((await run({ configuration })).lines).toEqual([`a b|c"d|e f||$HOME|*.ts|$(id)|`]);
  });

  test("that is a file which can't be executed is told", async () => {
    const file = join(folder, "plain.txt");
    writeFileSync(file, "");
    const { end } = await run({ configuration: { command: file } });
    expect(end).toMatchObject({ reason: "not-started", exitCode: 126, message: expect.stringContaining(file) });
  });
});

/** A program in a folder `bin` that says how it was called. */
function makePython(): string {
  const bin = join(mkdtempSync(join(folder, "venv-")), "bin");
  mkdirSync(bin);
  const python = join(bin, "python");
  writeFileSync(python, '#!/bin/sh\necho "$0 $*"\n');
  chmodSync(python, 0o755);
  writeFileSync(join(bin, "python3"), readFileSync(python));
  return python;
}

describe("the environment", () => {
  test("has the worker's variables, without those of one run or of one process", async () => {
    const { lines } = await run(
      { configuration: { command: "env", env: { OWN: "job", GONE: null } }, environment: { OWN: "worker" } },
      {
        PATH: process.env.PATH,
        KEPT: "yes",
        OWN: "inherited",
        GONE: "inherited",
        OSTINATO__CLAIM: "another",
        OSTINATO_JOB: "{}",
        PREFECT__FLOW_ENTRYPOINT: "another",
        NODE_CHANNEL_FD: "3",
      },
    );
    const names = lines.map((line) => line.split("=")[0]).filter((name) => name !== "_" && name !== "PWD");
    expect(names.toSorted()).toEqual(["KEPT", "OSTINATO__CLAIM", "OWN", "PATH", "PREFECT__FLOW_RUN_ID"]);
    expect(lines).toContain("OWN=job");
  });
});

describe("the working folder", () => {
  test("is a temporary one that goes with the clean-up", async () => {
    const { lines } = await run({ configuration: sh("pwd; touch left") });
    expect(lines[0]).toContain("ostinato-run-");
    expect(existsSync(lines[0] ?? "")).toBe(false);
  });

  test("is that of the configuration, which stays", async () => {
    const own = mkdtempSync(join(folder, "own-"));
    const { lines } = await run({ configuration: { ...sh("pwd; touch left"), working_dir: own } });
    expect(lines).toEqual([own]);
    expect(readdirSync(own)).toEqual(["left"]);
  });

  test.each([
    ["/no/such/folder", /working_dir is "\/no\/such\/folder", which is not a folder/],
    [7, /working_dir is 7; give the path of a folder/],
  ])("is refused where it is %j", async (working_dir, message) => {
    const { end } = await run({ configuration: { command: "true", working_dir } });
    expect(end).toMatchObject({ reason: "not-started", message: expect.stringMatching(message) });
  });
});

describe("the end", () => {
  test("by a signal that the driver did not send is told with it, and with the last lines", async () => {
    const { end } = await run({ configuration: sh("echo almost >&2; kill -KILL $$") });
    expect(end).toMatchObject({ reason: "killed", exitCode: undefined, signal: "SIGKILL" });
    expect(end.message).toMatch(/somebody killed it, or the system did because memory ran out.*almost/s);
  });

  test("without a result of the run is told for exit code 0 too", async () => {
    const { end } = await run({ configuration: sh("exit 0") });
    expect(end).toMatchObject({ reason: "exited", exitCode: 0, message: expect.stringMatching(/exit code 0 before/) });
  });

  test("takes the processes with it that the run left, and says how many there were", async () => {
    const { lines, reports } = await run({ configuration: sh("sleep 3600 & sleep 3600 & jobs -p") });
    for (const pid of lines) expect(isThere(Number(pid))).toBe(false);
    expect(reports).toContainEqual({
      kind: "notice",
      level: "warning",
      message: expect.stringMatching(/^2 processes that the run started were still there/),
    });
  });

  test.each([
    ["is silent", "exec sleep 3600"],
    ["writes now and then", "while :; do echo more; sleep 0.1; done"],
    ["writes without pause", "exec yes"],
  ])("leaves a process alone that has a session of its own and %s, and does not wait for it", async (_, does) => {
    const { lines, end } = await run({
      configuration: { command: `sh -c "setsid sh -c 'echo $$; ${does}' & sleep 0.2; exit 5"` },
    });
    expect(end.exitCode).toBe(5);
    const leader = Number(lines[0]);
    expect(leader).toBeGreaterThan(1);
    // One that writes on has ended by itself by now, or is about to: nobody reads it any more.
    if (does.includes("sleep 3600")) expect(isThere(leader)).toBe(true);
    endSession(leader);
  });
});

function endSession(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ESRCH");
  }
}

function isThere(pid: number): boolean {
  try {
    // One that nobody waits for may still be listed as a zombie.
    return !/^\S+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("a lost worker", () => {
  /** Starts a job by a worker that is killed as soon as the job has written a line, which is returned. */
  async function loseWorker(job: Job): Promise<string> {
    const program = fileURLToPath(new URL("../../../test/fixtures/doomed-worker.ts", import.meta.url));
    const worker = spawn(process.execPath, [program, folder, JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(worker, "exit");
    const [line] = await once(createInterface({ input: worker.stdout }), "line");
    worker.kill("SIGKILL");
    await exited;
    return line;
  }

  const waiting = sh("trap 'exit 0' TERM; echo $$; while :; do sleep 0.1; done");

  test("leaves a process that another worker of the machine finds, watches and stops", async () => {
    const job = jobOf({ configuration: waiting });
    const pid = Number(await loseWorker(job));
    const driver = await open();
    const [found] = await driver.find(job.identity.workPoolId);
    expect(found?.identity).toEqual(job.identity);
    expect(await found?.infrastructureId).toBe(`${hostname()}:${pid}`);
    const reports = Array.fromAsync(found?.reports() ?? []);
    expect(await found?.stop(20)).toMatchObject({ reason: "stopped", exitCode: undefined });
    expect(isThere(pid)).toBe(false);
    expect(await reports).toMatchObject([{ kind: "notice", message: expect.stringMatching(/^The worker .* is gone/) }]);
    await found?.cleanUp();
    expect(await driver.find(job.identity.workPoolId)).toEqual([]);
  });

  test("leaves a process that ends by itself, of which nobody knows the exit code", async () => {
    const job = jobOf({ configuration: waiting });
    const pid = Number(await loseWorker(job));
    const [found] = await (await open()).find(job.identity.workPoolId);
    const ended = found?.ended;
    process.kill(pid, "SIGKILL");
    expect(await ended).toMatchObject({ reason: "removed", message: expect.stringMatching(/exit code is not known/) });
    await found?.cleanUp();
  });

  test("leaves what its process has started, which is ended when that process is gone", async () => {
    const job = jobOf({ configuration: sh("sleep 3600 & echo $!; exec sleep 3600") });
    const left = Number(await loseWorker(job));
    const [found] = await (await open()).find(job.identity.workPoolId);
    process.kill(Number((await found?.infrastructureId)?.split(":")[1]), "SIGKILL");
    expect(isThere(left)).toBe(true);
    await found?.cleanUp();
    expect(isThere(left)).toBe(false);
  });

  test("is never the reason to kill another process that has got the number since", async () => {
    const job = jobOf({ configuration: waiting });
    const pid = Number(await loseWorker(job));
    const bystander = spawn("sleep", ["3600"], { detached: true, stdio: "ignore" });
    const exited = once(bystander, "exit");
    const file = join(folder, "processes", `${job.identity.claim}.json`);
    const record = JSON.parse(readFileSync(file, "utf8"));
    // As if the system had given the number of the run's process to the bystander.
    writeFileSync(
      file,
      JSON.stringify({
        ...record,
        pid: bystander.pid,
        process: record.process.replace(`/${pid}/`, `/${bystander.pid}/`),
      }),
    );
    const [found] = await (await open()).find(job.identity.workPoolId);
    expect(await found?.stop(0)).toMatchObject({ reason: "stopped" });
    await found?.cleanUp();
    expect(await lookAtProcess(nameOfProcess(bystander.pid ?? 0) ?? "")).toBe("alive");
    for (const one of [pid, bystander.pid ?? 0]) process.kill(one, "SIGKILL");
    await exited;
  });

  test("of another machine leaves what can't be reached from here, and stays written down", async () => {
    const { identity } = jobOf({});
    const record = { identity, infrastructureId: "other:1", pid: 1, process: "linux-another-1/1/1" };
    const file = join(folder, "processes", `${identity.claim}.json`);
    writeFileSync(file, JSON.stringify(record));
    expect(await (await open()).find(identity.workPoolId)).toEqual([]);
    expect(existsSync(file)).toBe(true);
    rmSync(file);
  });
});
