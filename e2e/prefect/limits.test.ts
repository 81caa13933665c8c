import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/** `prefect.test.ts` says what this needs. */
describe.each(placesToAsk)("concurrency limits $title", ({ python, start }) => {
  const isThere = (python ?? "") !== "";
  let server: RunningServer;
  beforeAll(async () => {
    if (isThere) server = await start();
  }, 120_000);
  afterAll(() => server?.stop());

  test.skipIf(!isThere)(
    "are made, hold their slots for one after the other, end with their leases, and limit tags",
    { timeout: 300_000 },
    async () => {
      const facts = await factsOf({
        program: "limits.py",
        python: python ?? "",
        server,
        seconds: 240,
        environment: { PREFECT_LOGGING_LEVEL: "CRITICAL" },
      });
      const notTaken = "Unable to acquire concurrency slots on ['database']: 422 Unprocessable Entity:";
      expect(facts).toEqual({
        commands: {
          codes: [0, 1, 0, 0, 0, 0, 1],
          inspected: ["database", 3, true, 0, 0],
          listed: [true, true],
        },
        slots: {
          taken: [1, 0],
          busy: [
            "AcquireConcurrencySlotTimeoutError",
            "Attempt to acquire concurrency slots timed out after 1 second(s)",
          ],
          "in turn": ["first takes it", "first gives it back", "second takes it"],
          "too many": ["ConcurrencySlotAcquisitionError", `${notTaken} Slots requested is greater than the limit`],
          unknown: ["nothing"],
          "unknown, strict": [
            "ConcurrencySlotAcquisitionError",
            "Concurrency limits ['nowhere'] must be created before acquiring slots",
          ],
          rate: ["nothing"],
          "not a rate": [
            "ConcurrencySlotAcquisitionError",
            `${notTaken} Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a decay configured: 'database'`,
          ],
        },
        leases: {
          answer: ["database"],
          held: 1,
          refused: [423, true],
          "renewed after the end": 410,
          "after the end": 0,
        },
        tags: { "at once": [1, 1, 1], limit: ["gpu", 1, []], left: [] },
        deleted: [0, 0],
      });
    },
  );
});
