import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Driver, Job, JobEnd, JobReport, RunningJob } from "@ostinato/worker/driver";
import type { DeclareTest } from "./result-store.suite.ts";

export interface DriverSuite {
  /** Opens the driver as a worker does. Workers that are opened one after the other reach the same infrastructure. */
  readonly open: () => Promise<Driver>;
  /** The job configuration under which a command runs in an environment that has a POSIX `sh`. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** Declares the tests that every driver must pass. */
export function testDriver(test: DeclareTest, suite: DriverSuite): void {
  test("tells that a job runs, the lines of both streams in their order, and exit code 0", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "echo one; echo two; echo problem >&2" });
    const reports = await readAll(job);
    ok(
      reports.some((report) => report.kind === "phase" && report.phase === "running"),
      "no report says that the job runs",
    );
    deepStrictEqual(linesOf(reports, "stdout"), ["one", "two"]);
    deepStrictEqual(linesOf(reports, "stderr"), ["problem"]);
    const end = await job.ended;
    deepStrictEqual([end.reason, end.exitCode, end.signal], ["exited", 0, undefined]);
    ok(await job.infrastructureId, "the job has no infrastructure id");
  });

  test("tells another exit code, with a sentence", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "echo it broke >&2; exit 7" });
    await readAll(job);
    const end = await job.ended;
    deepStrictEqual([end.reason, end.exitCode], ["exited", 7]);
    match(end.message, /exit code 7/);
  });

  test("keeps lines whole: without an end, empty, with carriage returns, of other scripts, cut anywhere", async () => {
    await using trial = await beginTrial(suite);
    // The letters of two bytes come in halves.
    const script = String.raw`printf 'a\r\n\n'; printf '\303'; sleep 0.2; printf '\274ber \360\237'; sleep 0.2; printf '\233\253\nlast'`;
    deepStrictEqual(linesOf(await readAll(trial.start({ script })), "stdout"), ["a", "", "über 🛫", "last"]);
  });

  test("keeps a long line whole up to its bound, and says how much of it is left out", async () => {
    await using trial = await beginTrial(suite);
    const script =
      "head -c 400000 /dev/zero | tr '\\0' x; echo; head -c 3000000 /dev/zero | tr '\\0' y; echo; echo next";
    const [whole = "", cut = "", ...rest] = linesOf(await readAll(trial.start({ script })), "stdout");
    equal(whole, "x".repeat(400_000));
    match(cut.slice(-100), /^y+ … \(2500000 more characters of this line are left out\)$/);
    deepStrictEqual(rest, ["next"]);
  });

  test("loses nothing of many lines that are read slowly", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "seq 1 100000" });
    let count = 0;
    for await (const report of job.reports()) {
      if (report.kind !== "output") continue;
      equal(report.text, String(++count));
      if (count % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    equal(count, 100_000);
    equal((await job.ended).exitCode, 0);
  });

  test("holds a bounded part of what a job prints while nobody reads, and slows the job down", async () => {
    await using trial = await beginTrial(suite);
    const printedBytes = 100_000_000;
    const job = trial.start({ script: `yes ${"0123456789".repeat(100)} | head -c ${printedBytes}` });
    const before = heldBytes();
    let bytes = 0;
    let heldAtMost = 0;
    for await (const report of job.reports()) {
      if (report.kind !== "output") continue;
      // Another job passes the time in which this one could print everything.
      if (bytes === 0) await readAll(trial.start({ script: "sleep 1" }));
      if (bytes % 1_001_000 === 0) heldAtMost = Math.max(heldAtMost, heldBytes() - before);
      bytes += report.text.length + 1;
    }
    ok(bytes >= printedBytes, `${bytes} bytes came of ${printedBytes}`);
    equal((await job.ended).exitCode, 0);
    ok(heldAtMost < printedBytes / 2, `it held ${heldAtMost} bytes`);
  });

  test("lets a job that is stopped end by itself", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done" });
    const reading = readUntil(job, "ready");
    await reading.found;
    const end = await job.stop(20);
    deepStrictEqual([end.reason, end.exitCode], ["stopped", 3]);
    deepStrictEqual(linesOf(await reading.all, "stdout"), ["ready", "bye"]);
  });

  test("kills a job that ignores SIGTERM after the grace period, with all that it started", async () => {
    await using trial = await beginTrial(suite);
    const script =
      "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo ready; while :; do sleep 0.1; done";
    const job = trial.start({ script });
    const reading = readUntil(job, "ready");
    await reading.found;
    equal((await job.stop(0.3)).reason, "stopped");
    // What a process in the background held open is closed.
    deepStrictEqual(linesOf(await reading.all, "stdout"), ["ready"]);
  });

  test("can shorten the grace period of a job that is being stopped", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "trap '' TERM; echo ready; while :; do sleep 0.1; done" });
    const reading = readUntil(job, "ready");
    await reading.found;
    const slow = job.stop(3600);
    equal((await job.stop(0)).reason, "stopped");
    equal((await slow).reason, "stopped");
    await reading.all;
  });

  test("ends what a job leaves behind when its main process has ended", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "(trap '' HUP; while :; do sleep 0.1; done) & echo done" });
    deepStrictEqual(linesOf(await readAll(job), "stdout"), ["done"]);
    deepStrictEqual([(await job.ended).reason, (await job.ended).exitCode], ["exited", 0]);
  });

  test("says that a command was not found, by its name, and that a job without a command can't run", async () => {
    await using trial = await beginTrial(suite);
    const missing = trial.start({ configuration: { command: "no-such-command --flag" } });
    await readAll(missing);
    const end = await missing.ended;
    deepStrictEqual([end.reason, end.exitCode], ["not-started", 127]);
    match(end.message, /"?no-such-command"?/);
    for (const [configuration, message] of [
      [{ command: "echo 'open" }, /^.*command is "echo 'open"/],
      [{ command: ["echo"] }, /command is \["echo"\]; give a string/],
      [{ command: null }, /neither an entrypoint nor a command/],
      [{ command: "true", env: ["A=1"] }, /env is \["A=1"\]; give an object/],
      [{ command: "true", env: { A: { b: 1 } } }, /env\.A is \{"b":1\}; give a string/],
    ] as const) {
      const job = trial.start({ configuration });
      await readAll(job);
      const { reason, message: said } = await job.ended;
      deepStrictEqual([reason, await job.infrastructureId], ["not-started", undefined]);
      match(said, message);
    }
  });

  test("sets the variables of the worker and then of the job; nothing overrides which run it is", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({
      script: 'echo "$PREFECT__FLOW_RUN_ID $OSTINATO__CLAIM"; echo "$A $B $C"; env | grep -c "^D="',
      environment: { A: "worker", B: "worker", D: "worker" },
      configuration: {
        env: { B: "job's own", C: 3, D: null, PREFECT__FLOW_RUN_ID: "another", OSTINATO__CLAIM: "another" },
      },
    });
    const { flowRunId, claim } = job.identity;
    deepStrictEqual(linesOf(await readAll(job), "stdout"), [`${flowRunId} ${claim}`, "worker job's own 3", "0"]);
  });

  test("keeps the lines of jobs apart that run at the same time", async () => {
    await using trial = await beginTrial(suite);
    const jobs = Array.from({ length: 5 }, (_, index) => trial.start({ script: `seq ${index} ${index + 20}` }));
    for (const [index, reports] of (await Promise.all(jobs.map(readAll))).entries()) {
      deepStrictEqual(
        linesOf(reports, "stdout"),
        Array.from({ length: 21 }, (_, line) => String(index + line)),
      );
    }
  });

  test("finds from another worker what runs in the work pool, and stops it", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done" });
    const reading = readUntil(job, "ready");
    await reading.found;
    const other = await trial.openAnother();
    deepStrictEqual(await other.find(randomUUID()), []);
    const [found, ...more] = await other.find(job.identity.workPoolId);
    deepStrictEqual(more, []);
    deepStrictEqual(found?.identity, job.identity);
    equal(await found?.infrastructureId, await job.infrastructureId);
    equal((await found?.stop(20))?.reason, "stopped");
    await reading.all;
    await job.ended;
    await found?.cleanUp();
    deepStrictEqual(await (await trial.openAnother()).find(job.identity.workPoolId), []);
  });

  test("finds what has ended until it is cleaned up, which may be done twice", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "exit 4" });
    await readAll(job);
    await job.ended;
    const other = await trial.openAnother();
    const [found] = await other.find(job.identity.workPoolId);
    ok(found, "the job that has ended was not found");
    notStopped(await found.ended);
    await job.cleanUp();
    await job.cleanUp();
    await found.cleanUp();
    for (const driver of [trial.driver, other]) deepStrictEqual(await driver.find(job.identity.workPoolId), []);
  });

  test("kills what still runs when it is cleaned up", async () => {
    await using trial = await beginTrial(suite);
    const job = trial.start({ script: "trap '' TERM; echo ready; while :; do sleep 0.1; done" });
    const reading = readUntil(job, "ready");
    await reading.found;
    await job.cleanUp();
    equal((await job.ended).reason, "stopped");
    await reading.all;
    deepStrictEqual(await trial.driver.find(job.identity.workPoolId), []);
  });
}

function notStopped({ reason }: JobEnd): void {
  ok(reason === "exited" || reason === "removed", `the job ended for the reason ${reason}`);
}

interface Wanted {
  readonly script?: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A driver and the jobs of one test, which are all cleaned up at its end. */
async function beginTrial({ open, configuration: base = {} }: DriverSuite) {
  const driver = await open();
  const drivers = [driver];
  const jobs: RunningJob[] = [];
  const workPoolId = randomUUID();
  return {
    driver,
    start({ script, configuration = {}, environment = {} }: Wanted): RunningJob {
      const command = script === undefined ? {} : { command: `sh -c ${quoted(script)}` };
      const job: Job = {
        identity: { flowRunId: randomUUID(), claim: randomUUID(), workPoolId, workerName: "one" },
        flowRunName: "calm-otter",
        entrypoint: undefined,
        configuration: { ...base, ...command, ...configuration },
        environment,
      };
      const running = driver.start(job);
      jobs.push(running);
      return running;
    },
    async openAnother(): Promise<Driver> {
      const another = await open();
      drivers.push(another);
      return another;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(jobs.map((job) => job.cleanUp()));
      await Promise.all(drivers.map((opened) => opened.close()));
    },
  };
}

async function readAll(job: RunningJob): Promise<readonly JobReport[]> {
  return Array.fromAsync(job.reports());
}

/** Reads all reports; `found` resolves with the line. */
function readUntil(job: RunningJob, line: string) {
  const found = Promise.withResolvers<void>();
  const read = async () => {
    const reports: JobReport[] = [];
    for await (const report of job.reports()) {
      reports.push(report);
      if (report.kind === "output" && report.text === line) found.resolve();
    }
    found.reject(new Error(`The job ended without the line ${JSON.stringify(line)}: ${(await job.ended).message}`));
    return reports;
  };
  return { found: found.promise, all: read() };
}

function linesOf(reports: readonly JobReport[], stream: "stdout" | "stderr"): readonly string[] {
  return reports.flatMap((report) => (report.kind === "output" && report.stream === stream ? [report.text] : []));
}

function quoted(script: string): string {
  return `'${script.replaceAll("'", `'"'"'`)}'`;
}

function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
