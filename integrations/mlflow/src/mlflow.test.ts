import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startMlflow } from "@ostinato/testing/mlflow-server";
import type { PythonServer } from "@ostinato/testing/python-servers";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { testBucket } from "@ostinato/testing/suites/bucket";
import { currentRun, flow } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { artifactsAt } from "./artifacts.ts";
import { type LoggedModel, type Mlflow, MlflowError, type MlflowRun, MlflowTracking } from "./index.ts";
import { openRest } from "./rest.ts";

/** Pythons with the packages of the files of requirements beside this package, which `.ci/run` makes. Without them the tests skip. */
const { MLFLOW_2_PYTHON: second, MLFLOW_3_PYTHON: third } = process.env;
const reader = fileURLToPath(new URL("../test/fixtures/beside.py", import.meta.url));
const startSeconds = 180;

let recording: RecordingServer;
let folder: string;
beforeAll(async () => {
  recording = await startRecordingServer();
  folder = await mkdtemp(join(tmpdir(), "ostinato-mlflow-"));
  await mkdir(join(folder, "plots"));
  await writeFile(join(folder, "plots/a.txt"), "a");
  await writeFile(join(folder, "plots/ü b.txt"), "b");
  await writeFile(join(folder, "model.json"), '{"trees":12}');
});
afterAll(async () => {
  await recording[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

describe.each([
  { title: "MLflow 2.22", python: second, version: /^2\.22\./, hasLoggedModels: false },
  { title: "MLflow 3", python: third, version: /^3\./, hasLoggedModels: true },
])("$title", ({ python, version, hasLoggedModels }) => {
  describe.skipIf(python === undefined)("as a server of its own", () => {
    let server: PythonServer;
    let tracking: Mlflow;
    let run: MlflowRun;
    let model: LoggedModel;

    beforeAll(async () => {
      server = await startMlflow(python ?? "");
      await MlflowTracking.save("main", { tracking_uri: `${server.url}/` }, { overwrite: true });
      tracking = await MlflowTracking.load("main");
      run = await tracking.startRun({ experiment: "taxi", name: "trees", tags: { team: "rides" } });
      await run.logParams({ depth: 6, zones: [1, 2], ...paramsCalled("p", 150) });
      await run.logMetrics({ rmse: 7.5 }, { step: 2 });
      await run.logHistory(Array.from({ length: 2500 }, (_, step) => ({ name: "loss", value: 1 / (step + 1), step })));
      await run.artifacts.uploadFolder(join(folder, "plots"), "plots");
      model = await run.logModel("trees", {
        from: join(folder, "model.json"),
        type: "regressor",
        params: { depth: 6 },
        metrics: { mae: 4.5 },
      });
      await run.finish();
    }, startSeconds * 1000);
    afterAll(() => server?.stop());

    test("keeps a run with params, steps of metrics and tags", async () => {
      expect(await tracking.version()).toMatch(version);
      const kept = await tracking.readRun(run.id);
      expect(kept).toMatchObject({
        name: "trees",
        status: "FINISHED",
        params: { depth: "6", zones: "[1,2]", "p-149": "149" },
        metrics: { rmse: 7.5, mae: 4.5, loss: 1 / 2500 },
        tags: { team: "rides" },
        url: `${server.url}/#/experiments/${run.experimentId}/runs/${run.id}`,
      });
      expect(kept?.endedAt).toBeInstanceOf(Date);
      const history = await tracking.metricHistory(run.id, "loss");
      expect(history.map(({ step }) => step)).toEqual(Array.from({ length: 2500 }, (_, step) => step));
      expect(await tracking.readRun("0".repeat(32))).toBeUndefined();
    });

    test(
      "is read by MLflow's own client, which keeps a run for this one",
      async () => {
        await tracking.registerModel("fares", model, { tags: { stage: "test" }, aliases: ["champion"] });
        const args = [reader, server.url, run.id, "taxi", "fares"];
        const { stdout } = await promisify(execFile)(python ?? "", args, { timeout: startSeconds * 1000 });
        const told = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
        expect(told).toMatchObject({
          run: {
            name: "trees",
            status: "FINISHED",
            rmse: 7.5,
            tag: "rides",
            points: 2500,
            artifacts: ["plots/a.txt", "plots/ü b.txt"],
            text: "b",
          },
          version: { name: "fares", version: 1, tags: { stage: "test" } },
          model: '{"trees":12}',
          logged: hasLoggedModels
            ? { status: "READY", type: "regressor", params: { depth: "6" }, metrics: { mae: 4.5 }, outputs: [true] }
            : {},
        });
        const other = await tracking.openRun(told.python_run);
        expect(await other.artifacts.readText("notes/python ü.txt")).toBe("from python");
        expect(await tracking.bestRun("taxi", { metric: "rmse", by: "min" })).toMatchObject({
          name: "by Python",
          params: { depth: "9" },
          metrics: { rmse: 5.5 },
        });
      },
      startSeconds * 1000,
    );

    test("keeps logged models where it has them, and the same files among the run's artifacts where not", async () => {
      expect(model.uri).toBe(hasLoggedModels ? `models:/${model.id}` : `runs:/${run.id}/trees`);
      expect(await model.artifacts.readText("model.json")).toBe('{"trees":12}');
      if (hasLoggedModels) {
        expect((await tracking.loggedModel(model.id ?? "")).runId).toBe(run.id);
      } else {
        await expect(tracking.loggedModel("m-1")).rejects.toMatchObject({
          code: "MLFLOW_UNSUPPORTED",
          message: `MLflow at ${server.url} is 2.22.5 and has no logged models; take MLflow 3, or read the artifacts of the run`,
        });
      }
    });

    test("moves an alias from version to version, and says nothing of those that are absent", async () => {
      const name = "fares of nights";
      const [first, next] = [await tracking.registerModel(name, model), await tracking.registerModel(name, model)];
      expect([first.version, next.version]).toEqual([1, 2]);
      await tracking.setAlias(name, { alias: "champion", version: 1 });
      await tracking.setAlias(name, { alias: "champion", version: 2 });
      expect(await tracking.modelVersion(name, "champion")).toMatchObject({ version: 2, runId: run.id });
      const files = await tracking.modelArtifacts(next);
      expect(await Array.fromAsync(files.list())).toMatchObject([{ key: "model.json", bytes: 12 }]);
      await tracking.deleteAlias(name, "champion");
      await tracking.deleteAlias(name, "champion");
      const absent = [
        tracking.modelVersion(name, "champion"),
        tracking.modelVersion(name, 9),
        tracking.modelVersion("no such model", "champion"),
      ];
      expect(await Promise.all(absent)).toEqual([undefined, undefined, undefined]);
    });

    test("finds the best run among those that have a number", async () => {
      const experiment = "scores";
      const scores = {
        good: 0.75,
        better: 0.875,
        unknown: Number.NaN,
        endless: Number.POSITIVE_INFINITY,
        none: undefined,
      };
      for (const [name, f1] of Object.entries(scores)) {
        await tracking.run({ experiment, name }, async ({ logMetrics }) => {
          if (f1 !== undefined) await logMetrics({ f1 });
        });
      }
      const failing = tracking.run({ experiment, name: "failed" }, async ({ logMetrics }) => {
        await logMetrics({ f1: 0.99 });
        throw new Error("the machine broke");
      });
      await expect(failing).rejects.toThrow("the machine broke");
      const best = async (by: "min" | "max", filter?: string) =>
        (await tracking.bestRun(experiment, { metric: "f1", by, ...(filter === undefined ? {} : { filter }) }))?.name;
      expect([await best("max"), await best("min"), await best("max", "")]).toEqual(["better", "good", "failed"]);
      const order = await Array.fromAsync(tracking.searchRuns(experiment, { orderBy: ["metrics.f1 ASC"] }));
      expect(order.map(({ name }) => name).slice(-2)).toEqual(["unknown", "none"]);
      expect(await tracking.bestRun(experiment, { metric: "no such metric", by: "min" })).toBeUndefined();
      expect(await tracking.bestRun("no such experiment", { metric: "f1", by: "min" })).toBeUndefined();
    });

    test("ends a run as failed whose scope is left before it finished", async () => {
      const train = async () => {
        await using left = await tracking.startRun({ experiment: "left", name: "broken" });
        expect((await tracking.readRun(left.id))?.status).toBe("RUNNING");
        throw new Error("no memory");
      };
      await expect(train()).rejects.toThrow("no memory");
      {
        await using done = await tracking.startRun({ experiment: "left", name: "done" });
        await done.finish();
      }
      const runs = await Array.fromAsync(tracking.searchRuns("left"));
      expect(runs.map(({ name, status }) => `${name} ${status}`).toSorted()).toEqual([
        "broken FAILED",
        "done FINISHED",
      ]);
    });

    test.each([
      [
        "run()",
        (id: (id: string) => void) => tracking.run({ experiment: "killed" }, async (run) => await endless(run, id)),
      ],
      [
        "startRun()",
        async (id: (id: string) => void) => {
          await using run = await tracking.startRun({ experiment: "killed" });
          await endless(run, id);
        },
      ],
    ])("marks the run of %s as killed where its flow run is cancelled", async (_, write) => {
      const began = Promise.withResolvers<string>();
      const training = flow({ name: "train" }, async () => await write(began.resolve))();
      const id = await began.promise;
      expect((await tracking.readRun(id))?.status).toBe("RUNNING");
      training.cancel("enough");
      expect((await training.finished()).type).toBe("CANCELLED");
      await expect.poll(async () => (await tracking.readRun(id))?.status).toBe("KILLED");
    });

    test("links the flow run with the run of MLflow, both ways", async () => {
      const train = flow({ name: "train" }, async () => {
        return await tracking.run({ experiment: "Taxi, by night!", name: "linked" }, async ({ id }) => id);
      })();
      const id = await train;
      const { flowRun, artifacts } = await recording.recorded(await train.created);
      const kept = await tracking.readRun(id);
      expect(artifacts).toMatchObject([
        { key: "mlflow-taxi-by-night", data: `[Taxi, by night! / linked in MLflow](${kept?.url})` },
      ]);
      expect(kept?.tags).toMatchObject({
        "mlflow.source.name": "train",
        "ostinato.flow_run_id": flowRun.id,
        "ostinato.url": expect.stringContaining(`/runs/flow-run/${flowRun.id}`),
      });
    });

    test("refuses another value for a param in its own words", async () => {
      const again = (await tracking.openRun(run.id)).logParams({ depth: 7 });
      await expect(again).rejects.toThrow(`MLflow at ${server.url} refused runs/log-batch: 400 `);
      await expect(again).rejects.toMatchObject({ name: "MlflowError", errorCode: "INVALID_PARAMETER_VALUE" });
      await expect(tracking.openRun("0".repeat(32))).rejects.toMatchObject({ code: "MLFLOW_NOT_FOUND" });
    });

    test("refuses artifacts that do not go through the server, and says what to do", () => {
      const open = () => artifactsAt(openRest({ url: server.url }), "s3://lake/mlflow/1/artifacts");
      expect(open).toThrow(MlflowError);
      expect(open).toThrow("start it with --serve-artifacts");
    });

    describe("artifacts", () => {
      testBucket(test, {
        open: (below) => artifactsAt(openRest({ url: server.url }), `mlflow-artifacts:/7/suite/artifacts/${below}`),
        without: ["dates", "pages"],
      });
    });
  });
});

/** Tells the id, and goes on until the flow run is cancelled. */
async function endless(run: MlflowRun, tell: (id: string) => void): Promise<never> {
  await run.logMetrics({ loss: 1 });
  tell(run.id);
  const { signal } = currentRun();
  return await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

function paramsCalled(name: string, count: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}-${index}`, index]));
}
