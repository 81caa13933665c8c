import { createDeployment, createFlow, createFlowRunFromDeployment, setFlowRunState } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { Cancelled } from "../errors.ts";
import { flow } from "../index.ts";
import { session, useConnection } from "../session/session.ts";
import { hearOfEnd } from "./cancellation.ts";
import { definitionOf } from "./flow.ts";
import { resumeFlow } from "./flow-engine.ts";
import type { WatchedRun } from "./watched-run.ts";

const server = recordOnOwnServer();
let clock: FakeClock;
let recording: AsyncDisposable;

beforeEach(async () => {
  vi.stubEnv("OSTINATO_HEARTBEAT_SECONDS", "8");
  clock = fakeClock();
  const { connection } = await session();
  recording = await useConnection(connection, clock);
});

afterEach(async () => {
  await recording[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

/** A run of a deployment that this process has claimed, and that may begin in an hour. */
async function claimedRun(flowName: string) {
  const { client } = server;
  const { id: flowId } = await client.call(createFlow, { body: { name: flowName } });
  const { id: deployment } = await client.call(createDeployment, { body: { name: "served", flow_id: flowId } });
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = await client.call(createFlowRunFromDeployment, {
    params: { id: deployment },
    body: { state: { type: "SCHEDULED", state_details: { scheduled_time: inAnHour } } },
  });
  const { state } = await client.call(setFlowRunState, { params: { id }, body: { state: { type: "PENDING" } } });
  if (state === null) throw new Error("a run that was claimed has a state");
  return { id, claim: { token: state.id } };
}

const setState = (id: string, type: "SCHEDULED" | "CANCELLING") =>
  server.client.call(setFlowRunState, { params: { id }, body: { state: { type }, force: true } });

test("a process that loses its claim while the run waits to begin never calls the function", async () => {
  let calls = 0;
  const waits = flow({ name: "waits for its claim", retries: 3 }, async () => {
    calls += 1;
  });
  const { id, claim } = await claimedRun("waits for its claim");
  const run = resumeFlow(definitionOf(waits), id, claim);
  await run.created;
  // Its next sign of life, and its next question whether it may begin.
  await clock.untilWaiting(2);
  await setState(id, "SCHEDULED");
  await clock.advance(8);
  expect(await run.finished()).toMatchObject({
    type: "CRASHED",
    error: { message: expect.stringContaining("lost its claim") },
  });
  expect(calls).toBe(0);
  expect(await server.flowStates(id)).toEqual(["Scheduled", "Pending", "Scheduled"]);
});

test("a run that is cancelled while it waits to begin ends as cancelled, and calls its hooks", async () => {
  const called: string[] = [];
  const waits = flow({ name: "waits to begin", onCancellation: () => void called.push("hook") }, async () => {
    called.push("function");
  });
  const { id, claim } = await claimedRun("waits to begin");
  const run = resumeFlow(definitionOf(waits), id, claim);
  await run.created;
  await clock.untilWaiting(2);
  await setState(id, "CANCELLING");
  await clock.advance(8);
  expect((await run.finished()).type).toBe("CANCELLED");
  expect(called).toEqual(["hook"]);
  expect((await server.flowStates(id)).at(-1)).toBe("Cancelled");
});

test("word of an earlier suspension or cancellation does not end a run that goes on, and word of one that holds does", async () => {
  const { id, claim } = await claimedRun("goes on");
  const interrupt = vi.fn<(reason: Error) => void>();
  const watched = { id, claim, name: "goes on", session: await session(), interrupt } as unknown as WatchedRun;
  for (const state of ["Suspended", "Cancelling", "Cancelled"]) await hearOfEnd(watched, `prefect.flow-run.${state}`);
  expect(interrupt).not.toHaveBeenCalled();
  await setState(id, "CANCELLING");
  await hearOfEnd(watched, "prefect.flow-run.Cancelling");
  expect(interrupt.mock.calls).toEqual([[expect.any(Cancelled)]]);
});
