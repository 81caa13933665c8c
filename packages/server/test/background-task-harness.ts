import { addSeconds, formatTimestamp, type Timestamp } from "@ostinato/core";
import type { TaskRun } from "@ostinato/protocol";
import type { FakeClock } from "@ostinato/testing/clock";
import { expect } from "vitest";
import type { TestServer } from "./harness.ts";
import { taskRunEvent } from "./task-run-event-harness.ts";

export const parametersId = "0197a1a8-5b0c-7a36-90f0-1d6f0a2f1f5d";

let runs = 0;

/** Delays a run of the task, to be due in so many seconds. */
export async function delayOn(
  server: TestServer,
  key: string,
  { in: seconds = 0, ...more }: { readonly in?: number; readonly [field: string]: unknown } = {},
): Promise<TaskRun> {
  runs += 1;
  const scheduled_time = formatTimestamp(addSeconds(server.context.clock.now(), seconds));
  const { status, body } = await server.call<TaskRun>("POST", "/task_runs/", {
    name: `run ${runs}`,
    flow_run_id: null,
    task_key: key,
    dynamic_key: `${key}-${runs}`,
    state: {
      type: "SCHEDULED",
      state_details: { deferred: true, scheduled_time, task_parameters_id: parametersId },
    },
    ...more,
  });
  expect(status).toBe(201);
  return body;
}

/** Reports a state of the run, as its worker does. */
export async function reportOn(
  server: TestServer,
  run: TaskRun,
  type: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED",
  at: Timestamp = server.context.clock.now(),
): Promise<void> {
  const event = taskRunEvent({
    type,
    taskRunId: run.id,
    flowRunId: null,
    taskKey: run.task_key,
    dynamicKey: run.dynamic_key,
    run: { empirical_policy: run.empirical_policy },
    occurred: at,
  });
  expect((await server.call("POST", "/events", [event])).status).toBe(204);
}

/** Lets time go by in which a server hears its workers. The time of leases goes on at least as long: its loop runs besides. */
export async function passOn(server: TestServer, clock: FakeClock, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 2) {
    await clock.advance(2);
    await server.tick("leases");
  }
  await server.tick("task-deliveries");
  await clock.advance(0.05);
}
