import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/**
 * `prefect deploy` and `flow.deploy()` make deployments, and Prefect's process worker runs them. What becomes of them is what becomes of
 * them at Prefect's own server.
 */
for (const { title, python, start } of placesToAsk) {
  describe.skipIf(python === undefined)(`runs that a worker of Prefect takes, ${title}`, () =>
    tellsOf(python ?? "", start),
  );
}

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 420;

interface Facts {
  readonly create: number;
  readonly deployed: {
    readonly created: number;
    readonly deployments: Readonly<Record<string, unknown>>;
    readonly queues: readonly string[];
  };
  readonly online: unknown;
  readonly executed: Readonly<Record<string, { readonly log?: readonly string[] }>>;
  readonly one_at_a_time: unknown;
  readonly paused: unknown;
  readonly offline: string;
  readonly pool_without_it: string;
  readonly events: unknown;
}

const folderOfProject = { "prefect.deployments.steps.set_working_directory": { directory: "PROJECT" } };
const stepsOfFile = [
  {
    "prefect.deployments.steps.run_shell_script": {
      id: "version",
      script: "echo the code of the night",
      stream_output: true,
    },
  },
  { "prefect.deployments.steps.set_working_directory": { directory: "{{ $PROJECT_FOLDER }}" } },
];
const inPool = {
  description: "None",
  tags: [],
  parameters: {},
  path: null,
  schedules: [],
  work_pool: "machines",
  work_queue: "default",
  job_variables: {},
  status: "NOT_READY",
  labels: ["prefect.flow.id"],
};

const passed = {
  states: ["Scheduled", "Pending", "Submitting", "Running", "Completed"],
  parameters: {},
  tags: [],
  labels: {
    "prefect.flow.id": "ID",
    "prefect.deployment.id": "ID",
    "prefect.worker.name": "first",
    "prefect.worker.type": "process",
    "prefect.work-pool.name": "machines",
    "prefect.work-pool.id": "ID",
  },
  pid: true,
  work_pool: "machines",
  work_queue: "default",
  job_variables: {},
};

/** What the worker, the pull steps and the flow write into the log of a run. */
function linesOf(rows: string, ...steps: readonly string[]): readonly string[] {
  return [
    "prefect.flow_runs.worker: Worker 'first' submitting flow run 'ID'",
    "prefect.flow_runs.worker: Flow run 'passing' submitted to infrastructure",
    ...steps.map((step) => `prefect.flow_runs: Deployment step '${step}' completed successfully`),
    "prefect.flow_runs: Beginning flow run 'passing' for flow 'load'",
    "prefect.task_runs: Finished in state Completed()",
    `prefect.flow_runs: loads ${rows}`,
    "prefect.flow_runs: Finished in state Completed()",
  ];
}

function tellsOf(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;
  let facts: Facts;

  beforeAll(
    async () => {
      server = await start();
      facts = await factsOf<Facts>({ program: "workers.py", python, server, seconds: programSeconds });
    },
    (programSeconds + 120) * 1000,
  );
  afterAll(() => server?.stop());

  test("prefect deploy makes the deployments of prefect.yaml, and the queue that one of them names", () => {
    expect(facts.create).toBe(0);
    expect(facts.deployed.created).toBe(4);
    expect(facts.deployed.queues).toEqual(["default", "slow"]);
    expect(facts.deployed.deployments).toMatchObject({
      "load/nightly": {
        ...inPool,
        description: "Loads the trips of a day.",
        tags: ["etl"],
        parameters: { rows: 3 },
        entrypoint: "flows.py:load",
        pull_steps: stepsOfFile,
        schedules: [["0 2 * * *", "Asia/Seoul", false]],
        job_variables: { env: { LOADER: "the night" } },
      },
      "train/long": { ...inPool, entrypoint: "flows.py:train", pull_steps: stepsOfFile, work_queue: "slow" },
    });
  });

  test("flow.deploy() makes deployments of code in a folder and in a git repository", () => {
    expect(facts.deployed.deployments).toMatchObject({
      "load/from-folder": {
        ...inPool,
        parameters: { rows: 4 },
        entrypoint: "flows.py:load",
        pull_steps: [folderOfProject],
      },
      "load/from-git": {
        ...inPool,
        tags: ["git"],
        entrypoint: "flows.py:load",
        pull_steps: [{ "prefect.deployments.steps.git_clone": { repository: "file://PROJECT", branch: "main" } }],
      },
    });
  });

  test("a worker is online while it gives signs, and offline after it has stopped", () => {
    expect(facts.online).toEqual({ interval: 2, pool: "READY" });
    expect(facts.offline).toBe("first");
    expect(facts.pool_without_it).toBe("NOT_READY");
  });

  test("the worker runs deployments, each with its pull steps and job variables", () => {
    expect(facts.executed.nightly).toMatchObject({ ...passed, parameters: { rows: 3 }, tags: ["etl"] });
    expect(facts.executed.nightly?.log).toEqual(
      expect.arrayContaining([...linesOf("3 rows by the night", "run_shell_script", "set_working_directory")]),
    );
    expect(facts.executed["from-folder"]).toMatchObject({ ...passed, parameters: { rows: 4 } });
    expect(facts.executed["from-folder"]?.log).toEqual(
      expect.arrayContaining([...linesOf("4 rows by default", "set_working_directory")]),
    );
    expect(facts.executed["from-git"]).toMatchObject({ ...passed, tags: ["git"] });
    expect(facts.executed["from-git"]?.log).toEqual(
      expect.arrayContaining([...linesOf("1 rows by default", "git_clone")]),
    );
  });

  test("a run whose process was killed is crashed, and says by what", () => {
    expect(facts.executed.dying).toEqual({
      states: ["Scheduled", "Pending", "Submitting", "Running", "Crashed"],
      type: "CRASHED",
      message: expect.stringMatching(/^Process exited with status code: -9\./),
    });
  });

  test("a run that is cancelled by the API is stopped by its worker", () => {
    expect(facts.executed.stopped).toMatchObject({
      states: ["Scheduled", "Pending", "Submitting", "Running", "Cancelling", "Cancelled"],
      type: "CANCELLED",
    });
  });

  test("a pool with one slot has one run at a time", () => {
    expect(facts.one_at_a_time).toEqual({ states: ["Completed", "Completed", "Completed"], at_once: 1 });
  });

  test("a paused pool gives its worker nothing, and goes on once it is resumed", () => {
    expect(facts.paused).toEqual({ pause: 0, state: ["Scheduled"], resume: 0, "after that": "Completed" });
  });

  test("the worker's events tell of its life and of the runs that it had", () => {
    expect(facts.events).toMatchObject({
      names: [
        "prefect.worker.executed-flow-run",
        "prefect.worker.started",
        "prefect.worker.stopped",
        "prefect.worker.submitted-flow-run",
      ],
      resource: {
        "prefect.resource.id": "prefect.worker.process.first",
        "prefect.resource.name": "first",
        "prefect.worker-type": "process",
      },
      roles: expect.arrayContaining(["deployment", "flow", "flow-run", "work-pool"]),
    });
  });
}
