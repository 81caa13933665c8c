import { addSeconds, stateNames, timeOrderedId, toTimestamp } from "@ostinato/core";
import {
  createDeployment,
  createFlow,
  createFlowRunFromDeployment,
  type FlowRun,
  readFlowRun,
  readServerInfo,
  setFlowRunState,
  updateFlowRun,
} from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { ServerTime } from "../session/server-time.ts";
import { DueRuns } from "./due-runs.ts";

const recorder = recordOnOwnServer();
let clock: FakeClock;
let deploymentId: string;
let taken: string[];
let prepared: string[];
let free: number;
let due: DueRuns;
let serverTime: ServerTime;

beforeEach(async () => {
  const { client } = recorder;
  clock = fakeClock();
  taken = [];
  prepared = [];
  free = 10;
  const flow = await client.call(createFlow, { body: { name: `flow ${timeOrderedId(clock.now())}` } });
  ({ id: deploymentId } = await client.call(createDeployment, { body: { name: "served", flow_id: flow.id } }));
  serverTime = new ServerTime(clock);
  // The clock of the test is years ahead of the server's.
  await synchronize();
  due = new DueRuns({
    session: { client, clock },
    serverTime,
    synchronize,
    deploymentIds: () => [deploymentId],
    free: () => free,
    prepare: (run) => void prepared.push(run.id),
    take(run) {
      free -= 1;
      taken.push(run.id);
    },
  });
});
afterEach(() => due.close());

async function synchronize(): Promise<void> {
  serverTime.hear(toTimestamp((await recorder.client.call(readServerInfo, { query: {} })).now));
}

/** A run that starts in so many seconds. */
async function run(seconds = -1): Promise<FlowRun> {
  return await recorder.client.call(createFlowRunFromDeployment, {
    params: { id: deploymentId },
    body: { state: { type: "SCHEDULED", state_details: { scheduled_time: serverTime.in(seconds) } } },
  });
}

const tookAll = (...ids: readonly string[]) => vi.waitFor(() => expect(taken).toEqual(ids));

test("takes what is due, the earliest first, and no more than it can", async () => {
  const [second, first, third] = [await run(-20), await run(-30), await run(-10)];
  free = 2;
  due.ask();
  await tookAll(first.id, second.id);
  free = 1;
  due.leave(first);
  due.leave(second);
  due.ask();
  await tookAll(first.id, second.id, third.id);
});

test("asks again at intervals, so that a lost hint costs no more than that", async () => {
  const first = await run();
  due.ask();
  await tookAll(first.id);
  due.leave(first);
  const second = await run();
  expect(taken).toEqual([first.id]);
  await clock.advance(15);
  await tookAll(first.id, second.id);
});

test("a run of the near future starts on time without a hint", async () => {
  const { id } = await run(10);
  due.ask();
  await clock.untilWaiting(3);
  await clock.advance(4);
  expect([prepared, taken]).toEqual([[], []]);
  await clock.advance(4);
  expect([prepared, taken]).toEqual([[id], []]);
  await clock.advance(2.5);
  expect([prepared, taken]).toEqual([[id], [id]]);
});

const hourSeconds = 3600;

test("a run starts on time though this machine's clock is moved", async () => {
  const { id } = await run();
  clock.set(addSeconds(clock.now(), -hourSeconds));
  due.ask();
  await tookAll(id);
});

test("learns at intervals that the server's clock was moved", async () => {
  const { id } = await run();
  serverTime.hear(addSeconds(serverTime.now(), -hourSeconds));
  due.ask();
  await clock.untilWaiting();
  expect(taken).toEqual([]);
  await clock.advance(15);
  await tookAll(id);
});

test("what could not be taken is left alone for a while", async () => {
  const left = await run();
  due.leave(left);
  due.ask();
  await clock.advance(15);
  expect(taken).toEqual([]);
  await clock.advance(15);
  await clock.advance(15);
  await tookAll(left.id);
});

test("what could not be taken is offered again at once when it has come into another state", async () => {
  const left = await run();
  due.leave(left);
  const state = {
    type: "SCHEDULED",
    name: stateNames.late,
    state_details: { scheduled_time: serverTime.in(-1) },
  } as const;
  await recorder.client.call(setFlowRunState, { params: { id: left.id }, body: { state } });
  due.ask();
  await tookAll(left.id);
});

test("a run whose process waits for its next attempt is that process's", async () => {
  const { client } = recorder;
  const { id } = await run();
  const params = { id };
  await client.call(updateFlowRun, { params, body: { empirical_policy: { retries: 1, retry_delay: 0 } } });
  for (const type of ["PENDING", "RUNNING", "FAILED"] as const) {
    await client.call(setFlowRunState, { params, body: { state: { type } } });
  }
  expect((await client.call(readFlowRun, { params: { id } })).state_name).toBe("AwaitingRetry");
  const other = await run();
  due.ask();
  await tookAll(other.id);
});
