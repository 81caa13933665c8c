import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/**
 * An unmodified program serves flows, and others run them, by the client, the command line and the API of Prefect. What it finds is what
 * it finds at Prefect's own server.
 */
for (const { title, python, start } of placesToAsk) {
  describe.skipIf(python === undefined)(`flows that a Prefect program serves, ${title}`, () =>
    tellsOf(python ?? "", start),
  );
}

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 400;

const byFile = { version: "made of the file", description: "None", tags: [], parameters: {}, paused: false };
const unlimited = { limit: null, strategy: null, work_pool: null, enforced: true };
const byTheirSchedule = ["Scheduled by SCHEDULE", "Scheduled by SCHEDULE", "Scheduled by SCHEDULE"];

interface Facts {
  readonly one: Readonly<Record<string, unknown>>;
  readonly several: Readonly<Record<string, unknown>>;
  readonly deleted: unknown;
}

function tellsOf(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;
  let facts: Facts;

  beforeAll(
    async () => {
      server = await start();
      facts = await factsOf<Facts>({ program: "serving.py", python, server, seconds: programSeconds });
    },
    (programSeconds + 60) * 1000,
  );
  afterAll(() => server?.stop());

  test("serve() registers its deployment, and is seen to serve it", () => {
    expect(facts.one.registered).toEqual({
      ...byFile,
      ...unlimited,
      version: "1",
      description: "Loads the trips of a month.",
      tags: ["etl"],
      parameters: { rows: 3 },
      schema: { rows: "integer", source: "string" },
      entrypoint: "served_flows.py:load",
      schedules: ["CronSchedule"],
    });
    expect(facts.one.status).toBe("READY");
  });

  test("the schedule makes the next three runs", () => {
    expect(facts.one.upcoming).toEqual([...byTheirSchedule, "hours [6]"]);
  });

  test("a run by the command line", () => {
    expect(facts.one.by_command).toEqual({
      told: true,
      parameters: { rows: 5 },
      tags: ["by-hand", "etl"],
      states: ["Scheduled", "Pending", "Submitting", "Running", "Completed"],
      auto_scheduled: false,
      version: "1",
      labels: ["prefect.deployment.id", "prefect.flow.id"],
    });
  });

  test("a run by the client is made once for one idempotency key", () => {
    expect(facts.one.by_api).toEqual({ name: "by-api", same: true, parameters: { rows: 3 }, state: "Completed" });
  });

  test("parameters that break the schema are refused, and a wrong file name is put right", () => {
    expect(facts.one.wrong_parameters).toEqual({ status: 409, begins: "Error creating flow run:", names: true });
    expect(facts.one.wrong_file).toEqual({ first: "Failed", why: true, second: "Completed" });
  });

  test("schedules are added, paused, changed and removed, and the upcoming runs follow", () => {
    expect(facts.one.schedules).toEqual({
      after_create: ["CronSchedule", "IntervalSchedule"],
      paused: [false],
      listed: true,
      changed: ["30 7 * * *"],
      after_clear: 0,
      upcoming_after_clear: [],
      made_again: ["0 8 * * *", true],
      upcoming_again: [...byTheirSchedule, "hours [8]"],
      upcoming_when_paused: [],
      upcoming_when_resumed: [...byTheirSchedule, "hours [8]"],
      inspected: true,
    });
  });

  test("serve(a, b, c, d) registers each with its schedule and its limit", () => {
    const load = { schema: { rows: "integer", source: "string" }, entrypoint: "served_flows.py:load" };
    const train = { schema: { seconds: "number" }, entrypoint: "served_flows.py:train", schedules: [] };
    expect(facts.several.registered).toEqual({
      "load/hourly": { ...byFile, ...unlimited, ...load, schedules: ["IntervalSchedule"] },
      "train/in-turn": { ...byFile, ...unlimited, ...train, limit: 1, strategy: "ENQUEUE" },
      "train/alone": { ...byFile, ...unlimited, ...train, limit: 1, strategy: "CANCEL_NEW" },
      "nightly/all": {
        ...byFile,
        ...unlimited,
        description: "Runs another deployment, as a subflow.",
        schema: { rows: "integer" },
        entrypoint: "served_flows.py:nightly",
        schedules: ["RRuleSchedule"],
      },
    });
    expect(facts.several.upcoming).toEqual([4, 4]);
  });

  test("a served run is cancelled while it runs", () => {
    expect(facts.several.cancelled).toEqual({
      state: "Cancelled",
      type: "CANCELLED",
      states: ["Cancelling", "Cancelled"],
    });
  });

  test("a run waits for the slot of its deployment, or is cancelled, by the strategy of the limit", () => {
    expect(facts.several.in_turn).toEqual({
      held: 1,
      states: ["Completed", "Completed"],
      one_after_the_other: true,
      waited: true,
      slot: "free",
    });
    expect(facts.several.alone).toEqual({
      second: "Cancelled",
      why: "Deployment concurrency limit reached.",
      first: "Completed",
    });
  });

  test("run_deployment() inside a flow makes a subflow", () => {
    expect(facts.several.subflow).toEqual({
      parent: "Completed",
      child: "Completed",
      parameters: { rows: 4 },
      child_of_task: true,
    });
  });

  test("a deployment that is deleted takes its upcoming runs with it", () => {
    expect(facts.deleted).toEqual({ found: false, upcoming: [], listed: false });
  });
}
