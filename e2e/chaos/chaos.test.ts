import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import { describeReport, isClean } from "./report.ts";

/** The short form of `npm run chaos`: every fault that takes no minute once, on each database, with the packed product. */
test.each(["sqlite", "postgresql"] as const)(
  "nothing acknowledged is lost on %s",
  async (database) => {
    const report = await chaos({ database, seed: 7, seconds: 1, workers: 2, say: () => {} });
    expect(isClean(report), describeReport(report).join("\n")).toBe(true);
    expect(Object.entries(report.acknowledged).filter(([, count]) => count === 0)).toEqual([]);
    expect(report.faults).toBeGreaterThanOrEqual(20);
  },
  300_000,
);
