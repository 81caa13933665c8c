import { addSeconds, type Timestamp, toTimestamp } from "@ostinato/core";
import { expect, test } from "vitest";
import { TaskRunRecord } from "./task-run-record.ts";

test("each state is later than the one before, also where the clock was moved back", () => {
  const description = {
    id: "t",
    taskKey: "t",
    taskVersion: undefined,
    policy: {},
    tags: [],
    flowRunAttempt: 1,
    related: [],
  };
  const record = new TaskRunRecord(description, "t", {});
  const begun = toTimestamp("2026-01-01T12:00:00Z");
  const moments: Timestamp[] = [begun, addSeconds(begun, -3600), addSeconds(begun, -3600)];
  const events = moments.map((now) => record.enter({ type: "RUNNING", name: "Running" }, now).event);
  expect(events.map(({ occurred }) => toTimestamp(occurred) - begun)).toEqual([0, 1, 2]);
});
