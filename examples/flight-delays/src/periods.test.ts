import { expect, it } from "vitest";
import { splitPeriods } from "./periods.ts";

const months = ["01", "02", "03", "04"].map((month) => ({
  month: `2001-${month}`,
  flights: 1,
  meanDelay: 0,
  late15: 0,
}));

it("trains before it validates, and keeps the first month as history", () => {
  const { training, validation } = splitPeriods(months, 2);
  expect([training, validation]).toEqual([["2001-02"], ["2001-03", "2001-04"]]);
});

it("says how many months it needs", () => {
  expect(() => splitPeriods(months, 3)).toThrow("need 5 months of flights");
});
