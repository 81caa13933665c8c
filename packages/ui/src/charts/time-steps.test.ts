import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { timeSteps } from "./time-steps.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("steps of time", () => {
  beforeEach(() => vi.stubEnv("TZ", "Europe/Berlin"));
  afterEach(() => vi.unstubAllEnvs());

  const clock = (time: number) => new Date(time).toLocaleString("sv-SE").slice(5, 16);

  test.each([
    ["forward", "2026-03-27T00:00", "2026-04-01T00:00", 6],
    ["back", "2026-10-23T00:00", "2026-10-28T00:00", 6],
  ])("by day stand at midnight when the clock goes %s in between", (_, from, to, days) => {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    const steps = timeSteps(start, end, 7);
    const ticks = steps.ticks(start, end);
    expect(steps.length).toBe(day);
    expect(ticks).toHaveLength(days);
    expect(ticks.map((tick) => clock(tick).slice(6))).toEqual(ticks.map(() => "00:00"));
    expect(new Set(ticks.map((tick) => clock(tick).slice(0, 5))).size).toBe(days);
  });

  test("by half a day stand at midnight and noon, also where a half has 11 hours or 13", () => {
    for (const [from, to, changed] of [
      ["2026-03-27T15:00", "2026-04-01T15:00", 11 * hour],
      ["2026-10-23T15:00", "2026-10-28T15:00", 13 * hour],
    ] as const) {
      const edges = timeSteps(Date.parse(from), Date.parse(to), 12).edges(Date.parse(from), Date.parse(to));
      expect(new Set(edges.map((edge) => clock(edge).slice(6)))).toEqual(new Set(["00:00", "12:00"]));
      const lengths = edges.slice(1).map((edge, index) => edge - (edges[index] ?? 0));
      expect(new Set(lengths)).toEqual(new Set([12 * hour, changed]));
    }
  });

  test("by hour pass the hour that comes twice, and miss none", () => {
    const [from, to] = [Date.parse("2026-10-24T23:00Z"), Date.parse("2026-10-25T03:00Z")];
    const ticks = timeSteps(from, to, 5).ticks(from, to);
    expect(ticks.map((tick) => clock(tick).slice(6))).toEqual(["01:00", "02:00", "02:00", "03:00", "04:00"]);
  });

  test("are never more than were asked for, and cover the span without a gap", () => {
    const from = Date.parse("2026-05-04T07:13:22.417");
    for (const span of [40, 900, 7 * minute, 5 * hour, 3 * day, 40 * day, 900 * day]) {
      const steps = timeSteps(from, from + span, 12);
      const edges = steps.edges(from, from + span);
      expect(edges.length - 2).toBeLessThanOrEqual(12);
      expect(edges[0]).toBeLessThanOrEqual(from);
      expect(edges.at(-1)).toBeGreaterThanOrEqual(from + span);
      expect(steps.ticks(from, from + span)).toEqual(edges.filter((edge) => edge >= from && edge <= from + span));
    }
  });

  test("are no shorter than was asked for", () => {
    const from = Date.parse("2026-05-04T07:13:22.417");
    expect(timeSteps(from, from + 3000, 60).length).toBeLessThan(1000);
    expect(timeSteps(from, from + 3000, 60, 1000).length).toBe(1000);
  });
});
