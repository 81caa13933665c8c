import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/** `prefect.test.ts` says what this needs. */
describe.each(placesToAsk)("runs that wait for somebody $title", ({ python, start }) => {
  const isThere = (python ?? "") !== "";
  let server: RunningServer;
  beforeAll(async () => {
    if (isThere) server = await start();
  }, 120_000);
  afterAll(() => server?.stop());

  test.skipIf(!isThere)(
    "pause, are answered, time out, are suspended, and talk to each other",
    { timeout: 600_000 },
    async () => {
      const facts = await factsOf({
        program: "pauses.py",
        python: python ?? "",
        server,
        seconds: 500,
        environment: { PREFECT_LOGGING_LEVEL: "ERROR" },
      });
      expect(facts).toEqual({
        pauses: {
          keys: { description: "paused-1-description", response: "paused-1-response", schema: "paused-1-schema" },
          description: "Is it **right**?",
          fields: { approved: null, rows: 7 },
          wrong: ["REJECT", true],
          right: ["ACCEPT", null],
          twice: ["ABORT", "Cannot resume a flow run that is not paused."],
          number: ["ACCEPT", null],
          result: [true, 7, 5],
          states: ["Pending", "Running", "Paused", "Running", "Paused", "Running", "Paused", "Running", "Completed"],
        },
        "time-out": ["FlowPauseTimeout", "Flow run was paused and never resumed.", "Failed", "ABORT"],
        messages: [["one", "two"], "you asked why"],
        suspension: [
          ["Scheduled", "Running", "Suspended", "Resuming", "Running", "Completed"],
          "Completed",
          ["loaded", "went on with 7, True, 3"],
        ],
      });
    },
  );
});
