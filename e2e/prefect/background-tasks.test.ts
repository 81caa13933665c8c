import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/** `prefect.test.ts` says what this needs. */
describe.each(placesToAsk)("background tasks $title", ({ python, start }) => {
  const isThere = (python ?? "") !== "";
  let server: RunningServer;
  beforeAll(async () => {
    if (isThere) server = await start();
  }, 120_000);
  afterAll(() => server?.stop());

  test.skipIf(!isThere)(
    "are run by task.serve() and by prefect task serve, also those that were delayed before",
    { timeout: 600_000 },
    async () => {
      const facts = await factsOf({
        program: "background_tasks.py",
        python: python ?? "",
        server,
        seconds: 500,
        environment: { PREFECT_LOGGING_LEVEL: "ERROR" },
      });
      expect(facts).toEqual({
        early: ["Scheduled", true, null],
        "early result": 8,
        result: 10,
        many: Array.from({ length: 30 }, (_, number) => 2 * number),
        "in a flow": 14,
        retried: "second attempt",
        "retried state": ["Completed", 2],
        worker: [true, true],
        "workers of another task": [],
        "by command": 42,
      });
    },
  );
});
