import { expect, test } from "vitest";
import { madeBy } from "./made-by.ts";

const run = {
  created_by: null,
  auto_scheduled: false,
  labels: {},
  parent_flow_run_id: null,
  parent_flow_run_name: null,
};
const bySchedule = (display_value: string | null) =>
  madeBy({ ...run, auto_scheduled: true, created_by: { id: null, type: "SCHEDULE", display_value } })?.text;

test("a schedule is named by its slug, and one without a slug is not named by its kind", () => {
  expect(["weekdays", "CronSchedule", "IntervalSchedule", "RRuleSchedule", "", null].map(bySchedule)).toEqual([
    "its schedule weekdays",
    ...Array(5).fill("its schedule"),
  ]);
});
