import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/** Unmodified Prefect programs make automations, and find what these do. What they find is what they find at Prefect's own server. */
for (const { title, python, start } of placesToAsk) {
  describe.skipIf(python === undefined)(`automations of a Prefect program, ${title}`, () =>
    tellsOf(python ?? "", start),
  );
}

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 400;

type Facts = Readonly<
  Record<
    | "reacting"
    | "missing"
    | "composed"
    | "acting"
    | "switching"
    | "handling_runs"
    | "telling"
    | "of_deployments"
    | "by_command"
    | "events"
    | "deployed_by_file"
    | "measuring",
    Readonly<Record<string, unknown>>
  >
>;

function tellsOf(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;
  let facts: Facts;

  beforeAll(
    async () => {
      server = await start();
      facts = await factsOf<Facts>({ program: "automating.py", python, server, seconds: programSeconds });
    },
    (programSeconds + 60) * 1000,
  );
  afterAll(() => server?.stop());

  test("an event runs a deployment, with parameters that a template makes of it", () => {
    expect(facts.reacting).toEqual({
      same: true,
      trigger: {
        type: "event",
        match: { "prefect.resource.id": "lake.*" },
        match_related: {},
        after: [],
        expect: ["data.came"],
        for_each: [],
        posture: "Reactive",
        threshold: 2,
        within: 300,
      },
      tags: ["mine"],
      rows: 7,
      created_by: "AUTOMATION",
      made_by_it: true,
      action: { action_index: 0, action_type: "run-deployment", status_code: 201 },
      roles: ["automation-triggered-event", "flow-run", "target", "triggering-event"],
      labels: {},
      cause: { rows: 7 },
    });
  });

  test("what does not come runs one, for the resource that it did not come from", () => {
    expect(facts.missing).toEqual({ source: "job.slow", runs: 1 });
  });

  test("several triggers make one, together or in their order", () => {
    expect(facts.composed).toEqual({
      both: "do-nothing",
      "two of three": "do-nothing",
      "in turn": "do-nothing",
    });
  });

  test("actions cancel and change the flow run of the event, and pause a deployment and an automation", () => {
    expect(facts.acting).toEqual({ state: "CRASHED by an automation" });
  });

  test("actions switch a deployment, a work pool, a work queue and an automation off and on", () => {
    expect(facts.switching).toEqual({ off: [false, false, false, false] });
  });

  test("actions suspend, resume and delete the flow run of the event", () => {
    expect(facts.handling_runs).toEqual({ suspended: "Suspended", resumed: "Resuming" });
  });

  test("actions call a webhook and send a notification, by blocks that the client made", () => {
    expect(facts.telling).toEqual({ "/hook": { n: 4 }, "/note": { told: "tell.now: 5 of tell" } });
  });

  test("the triggers of a deployment are its own, and change with it", () => {
    expect(facts.of_deployments).toEqual({
      first: ["on arrival", "on both"],
      later: ["on arrival"],
      source: "lake.1",
    });
  });

  test("one may watch a figure of flow runs, which Prefect's own server refuses", () => {
    expect([{ kept: ["Metric", "successes", 3600, 90] }, { refused: 422 }]).toContainEqual(facts.measuring);
  });

  test("the command line lists, pauses, resumes, shows, deletes and makes them", () => {
    expect(facts.by_command).toEqual({
      listed: true,
      paused: [false, true],
      resumed: true,
      inspected: true,
      gone: true,
      from_file: true,
    });
  });

  test("events are emitted by the client and by its command, heard by a subscriber, and streamed by the command", () => {
    expect(facts.events).toEqual({
      heard: ["told.first here 1", "told.second there 2"],
      streamed: "told.second there",
      roles: ["flow", "flow-run"],
    });
  });

  test("triggers of prefect.yaml and of serve() start runs", () => {
    expect(facts.deployed_by_file).toEqual({ owned: ["from the file"], source: "lake.2", served: "lake.3" });
  });
}
