import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/**
 * People keep their work pools and work queues by Prefect's command line. What it prints, and the code that it exits with, are those that it
 * has at Prefect's own server.
 */
for (const { title, python, start } of placesToAsk) {
  describe.skipIf(python === undefined)(`work pools that are kept by Prefect's command line, ${title}`, () =>
    tellsOf(python ?? "", start),
  );
}

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 240;

/** An exit code, and the lines that were printed. */
type Told = readonly [number, ...string[]];

interface Facts {
  readonly pools: Readonly<Record<string, unknown>>;
  readonly templates: Readonly<Record<string, unknown>>;
  readonly queues: Readonly<Record<string, unknown>>;
  readonly deleted: unknown;
}

const noRuns = "No runs found - try increasing how far into the future you preview with the --hours flag";
const types = "azure-container-instance, cloud-run, cloud-run-v2, docker, ecs, kubernetes, process, vertex-ai";
const unknownType: Told = [1, `Unknown work pool type 'other'. Please choose from ${types}.`];

function tellsOf(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;
  let facts: Facts;

  beforeAll(
    async () => {
      server = await start();
      facts = await factsOf<Facts>({ program: "work_pools.py", python, server, seconds: programSeconds });
    },
    (programSeconds + 120) * 1000,
  );
  afterAll(() => server?.stop());

  test("a pool is made, and not made twice", () => {
    expect(facts.pools).toMatchObject({
      create: [
        0,
        "Created work pool 'etl'!",
        "To start a worker for this work pool, run:",
        "prefect worker start --pool etl",
        "UUID: ID",
        "Type: process",
        "Description: None",
        "Status: Not ready",
        "URL: SERVER/work-pools/work-pool/etl",
      ],
      "create again": [1, "Work pool named 'etl' already exists. Use --overwrite to update it."],
      "create without a type": [1, "When not using an interactive terminal, you must supply a `--type` value."],
      "create of no known type": unknownType,
      "create of a reserved name": [1, "Work pools starting with 'Prefect' are reserved for internal use."],
    });
    expect(facts.pools["create overwriting"]).toEqual([
      0,
      "Updated work pool 'etl'!",
      "UUID: ID",
      "Type: process",
      "Description: None",
      "Status: Paused",
      "URL: SERVER/work-pools/work-pool/etl",
    ]);
  });

  test("a pool is paused, limited, changed and listed", () => {
    expect(facts.pools).toMatchObject({
      resume: [0, "Resumed work pool 'etl'"],
      pause: [0, "Paused work pool 'etl'"],
      "set-concurrency-limit": [0, "Set concurrency limit for work pool 'etl' to 3"],
      ls: [0, "Work Pools", "Name Type ID Concurrency Limit", "etl (**) process ID 3", "(**) denotes a paused pool"],
      update: [0, "Updated work pool 'etl'"],
      slots: [0, "Work Pool: etl", "Slots: 0 / 4", "No flow runs occupying slots."],
      "clear-concurrency-limit": [0, "Cleared concurrency limit for work pool 'etl'"],
      "limit after that": null,
    });
    expect(facts.pools.inspected).toEqual({
      id: "str",
      created: "str",
      updated: "str",
      name: "etl",
      description: "Loads trips",
      type: "process",
      is_paused: true,
      concurrency_limit: 4,
      status: "PAUSED",
      active_slots: 0,
      storage_configuration: {
        bundle_upload_step: null,
        bundle_execution_step: null,
        default_result_storage_block_id: null,
      },
      default_queue_id: "str",
      variables: ["command", "env", "labels", "name", "stream_output", "working_dir"],
    });
  });

  test("a pool that is not there is said to be missing", () => {
    expect(facts.pools).toMatchObject({
      "inspect of none": [1, "Work pool 'none' not found!"],
      "pause of none": [1, "None"],
      "update of none": [1, "Work pool named 'none' does not exist."],
      "preview of none": [1, "None"],
      "delete of none": [1, "Work pool 'none' does not exist."],
    });
  });

  test("each type has a template, which can be changed, and whose variables are checked", () => {
    expect(facts.templates).toEqual({
      default: [0],
      "of no known type": unknownType,
      types: types.split(", "),
      create: [0, "Created work pool 'images'!"],
      image: "flows:2",
      configuration: "{{ image }}",
      refused: [
        422,
        "Error creating flow run: Validation failed for field 'auto_remove'. Failure reason: 'often' is not valid under any of the given schemas",
      ],
      update: [0, "Updated work pool 'images'"],
      "image after that": "flows:3",
    });
  });

  test("queues are made inside a pool, and in the default pool", () => {
    expect(facts.queues).toMatchObject({
      create: [
        0,
        "Created work queue with properties:",
        "name - 'urgent'",
        "work pool - 'etl'",
        "id - ID",
        "concurrency limit - 2",
        "Start a worker to pick up flow runs from the work queue:",
        "prefect worker start -q 'urgent' -p 'etl'",
        "Inspect the work queue:",
        "prefect work-queue inspect 'urgent'",
      ],
      "create again": [1, "Work queue with name: 'urgent' already exists."],
      "create in no pool": [1, "Work pool with name: 'none' not found."],
      ls: [
        0,
        "Work Queues in Work Pool 'etl'",
        "Name Priority Concurrency Limit",
        "urgent 1 2",
        "default 2 None",
        "(**) denotes a paused queue",
      ],
      "create without a pool": expect.arrayContaining([0, "name - 'slow'", "work pool - 'default-agent-pool'"]),
      "ls of all": [
        "(**) denotes a paused queue",
        "default default-agent-pool ID None",
        "default etl ID None",
        "default images ID None",
        "slow default-agent-pool ID None",
        "urgent etl ID None",
      ],
      "inspect without a pool": "slow",
    });
  });

  test("a queue is paused and limited", () => {
    expect(facts.queues).toMatchObject({
      "set-concurrency-limit": [0, "Concurrency limit of 5 set on work queue 'urgent' in work pool 'etl'"],
      pause: [0, "Work queue 'urgent' in work pool 'etl' paused"],
      "ls when paused": expect.arrayContaining(["urgent (**) 1 5"]),
      inspected: {
        name: "urgent",
        description: "",
        is_paused: true,
        concurrency_limit: 5,
        priority: 1,
        work_pool_name: "etl",
        last_polled: null,
        status: "PAUSED",
        active_slots: 0,
        status_details: {
          healthy: false,
          late_runs_count: 0,
          last_polled: null,
          health_check_policy: { maximum_late_runs: 0, maximum_seconds_since_last_polled: 60 },
        },
      },
      slots: [0, "Work Queue: urgent", "Slots: 0 / 5", "No flow runs occupying slots."],
      resume: [0, "Work queue 'urgent' in work pool 'etl' resumed"],
      "clear-concurrency-limit": [0, "Concurrency limits removed on work queue 'urgent' in work pool 'etl'"],
      "after that": { is_paused: false, status: "NOT_READY", concurrency_limit: null },
      "pause without a pool": [1, expect.stringContaining("Work queue pause aborted!")],
    });
  });

  test("the runs that come are previewed, and those of a paused queue or pool are not", () => {
    expect(facts.queues.previewed).toEqual({
      lines: ["TIME ID run-of-urgent ID"],
      "of the queue": ["run-of-urgent"],
      "of the pool": ["run-of-default", "run-of-urgent"],
      "of no run": [0, noRuns],
      "of the pool when the queue is paused": ["run-of-default"],
      "of the paused pool": [0, noRuns],
    });
  });

  test("a queue is deleted unless it is the default one, and a pool with all its queues", () => {
    expect(facts.queues).toMatchObject({
      "inspect of none": [1, "No work queue named 'none' found in work pool 'etl'."],
      "delete of none": [1, "No work queue named 'none' found in work pool 'etl'."],
      delete: [0, "Successfully deleted work queue 'urgent' in work pool 'etl'"],
      "delete of the default": [1, true],
    });
    expect(facts.deleted).toEqual({ delete: [0, "Deleted work pool 'etl'"], ls: [] });
  });
}
