import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";

/** The short form of `npm run chaos`: a few faults on each database, made for real. */
test.each(["sqlite", "postgresql"] as const)(
  "nothing acknowledged is lost on %s",
  async (database) => {
    const verdict = await chaos({ database, seed: 7, seconds: 8, workers: 2, say: () => {} });
    expect(verdict).toMatchObject({ lost: [], doubled: [], stuck: [], repeated: [], wrong: [] });
    expect(verdict.acknowledged).toBeGreaterThan(0);
    expect(verdict.faults).toBeGreaterThan(0);
  },
  180_000,
);
