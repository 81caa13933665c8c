import { expect, test } from "vitest";
import { madeBy, startedFromPages } from "./made-by.ts";

const run = {
  created_by: null,
  auto_scheduled: false,
  idempotency_key: null,
  labels: {},
  parent_flow_run_id: null,
  parent_flow_run_name: null,
} as const;
const id = "01a2213a-cd0f-7000-a9b6-8285e5e3b166";

test.each([
  [
    "a schedule by its name",
    { ...run, created_by: { id, type: "SCHEDULE", display_value: "morning" } },
    "its schedule morning",
  ],
  ["a schedule without one", { ...run, auto_scheduled: true }, "its schedule"],
  ["a person", { ...run, created_by: { type: "USER", display_value: "ann" } }, "ann"],
  [
    "an automation",
    { ...run, created_by: { id, type: "AUTOMATION", display_value: "on-failure" } },
    "the automation on-failure",
  ],
  ["a backfill", { ...run, idempotency_key: "backfill a b" }, "a backfill"],
  ["somebody without a name", { ...run, labels: startedFromPages }, "somebody, from these pages"],
  ["its parent", { ...run, parent_flow_run_id: id, parent_flow_run_name: "lake" }, "its parent lake"],
  ["a program", { ...run, labels: { "ostinato.entrypoint": "/srv/flows/train.ts" } }, "train.ts"],
])("a run was made by %s", (_, made, text) => {
  expect(madeBy(made)?.text).toBe(text);
});

test("who made it is not always recorded", () => {
  expect(madeBy(run)).toBeUndefined();
});

test("a schedule without a slug is not named by its kind", () => {
  for (const display_value of ["CronSchedule", "IntervalSchedule", "RRuleSchedule", "", null]) {
    const made = { ...run, auto_scheduled: true, created_by: { id: null, type: "SCHEDULE", display_value } };
    expect(madeBy(made)?.text).toBe("its schedule");
  }
});
