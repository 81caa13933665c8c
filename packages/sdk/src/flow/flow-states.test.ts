import type { Transport, TransportRequest, TransportResponse } from "@ostinato/client";
import { filterArtifacts, filterFlowRuns, setFlowRunState } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { artifact, flow, task } from "../index.ts";
import { session, useConnection } from "../session/session.ts";

const server = recordOnOwnServer();

type FirstTry = (request: TransportRequest, transport: Transport) => Promise<TransportResponse>;

/** Every request meets something else at its first try. */
function stumbling(transport: Transport, firstTry: FirstTry): Transport {
  const tried = new Set<string>();
  return async (request) => {
    const key = `${request.method} ${request.path} ${request.body}`;
    if (tried.has(key)) return await transport(request);
    tried.add(key);
    return await firstTry(request, transport);
  };
}

const page = (status: number): TransportResponse => ({ status, body: "<h1>Something went wrong</h1>" });

test.each<[string, FirstTry]>([
  [
    "whose answer is lost",
    async (request, transport) => {
      await transport(request);
      throw new Error("the answer was lost");
    },
  ],
  ["that a proxy answers with 500", async () => page(500)],
  [
    "that a proxy answers with 500 though it was done",
    async (request, transport) => {
      await transport(request);
      return page(500);
    },
  ],
  [
    "that takes a proxy too long",
    async (request, transport) => {
      await transport(request);
      return page(504);
    },
  ],
])("a run of which every request is one %s at first comes out as any other", async (_title, firstTry) => {
  const { connection } = await session();
  const { transport } = connection;
  if (transport === undefined) throw new Error("the harness gives a transport");
  await using _ = await useConnection({ ...connection, transport: stumbling(transport, firstTry) });
  const began = new Date().toISOString();
  const step = task({ retries: 1 }, async function step(n: number) {
    if (n === 2) throw new Error("two");
    return n;
  });
  const child = flow({ name: "lossy child" }, async () => await step(1));
  let attempts = 0;
  const parent = flow({ name: "lossy parent", retries: 1 }, async () => {
    attempts += 1;
    if (attempts === 1) await step(2);
    await artifact.markdown({ key: "lossy", markdown: "once" });
    return (await child()) + (await step(3));
  });
  const run = parent();
  expect(await run).toBe(4);
  const id = await run.created;
  expect(await server.flowStates(id)).toEqual(["Pending", "Running", "AwaitingRetry", "Running", "Completed"]);
  const rows = await server.taskRuns(id);
  expect(rows.map(({ name, state_name }) => [name, state_name])).toEqual([
    ["step-0", "Failed"],
    ["lossy child-0", "Completed"],
    ["step-0", "Completed"],
  ]);
  expect(await server.taskStates(rows[0]?.id ?? "")).toEqual([
    "Pending",
    "Running",
    "AwaitingRetry",
    "Retrying",
    "Failed",
  ]);
  const artifacts = await server.client.call(filterArtifacts, { body: { artifacts: { flow_run_id: { any_: [id] } } } });
  expect(artifacts).toHaveLength(1);
  const flow_runs = { start_time: { after_: began } };
  const runs = await server.client.call(filterFlowRuns, { body: { flow_runs, flows: { name: { like_: "lossy" } } } });
  expect(runs.map(({ state_name, run_count }) => [state_name, run_count]).sort()).toEqual([
    ["Completed", 1],
    ["Completed", 2],
  ]);
});

test("a run that is taken for dead while its answers are lost ends as its process reports", async () => {
  const { connection } = await session();
  const { transport } = connection;
  if (transport === undefined) throw new Error("the harness gives a transport");
  let attempts = 0;
  const lost = new Set<string>();
  const losing: Transport = async (request) => {
    const [, id, type] = [
      ...(/^\/flow_runs\/(.+)\/set_state$/.exec(request.path) ?? []),
      /"type":"(\w+)"/.exec(request.body ?? "")?.[1],
    ];
    const question = `${type} ${attempts}`;
    if (id === undefined || lost.has(question)) return transport(request);
    lost.add(question);
    const state = { type: "CRASHED", state_details: { process_lost: true } } as const;
    await server.client.call(setFlowRunState, { params: { id }, body: { state, force: true } });
    throw new Error("the server is out of reach");
  };
  await using _ = await useConnection({ ...connection, transport: losing });
  const run = flow({ name: "taken for dead", retries: 1 }, async () => {
    attempts += 1;
    if (attempts === 1) throw new Error("once");
    return attempts;
  })();
  expect(await run).toBe(2);
  const lines = await server.flowStates(await run.created);
  expect(lines.filter((name) => name !== "Crashed")).toEqual([
    "Pending",
    "Running",
    "AwaitingRetry",
    "Running",
    "Completed",
  ]);
});

test("a run that is cancelled before it begins never runs", async () => {
  const { connection } = await session();
  const { transport } = connection;
  if (transport === undefined) throw new Error("the harness gives a transport");
  const cancelling: Transport = async (request) => {
    const answer = await transport(request);
    if (request.method === "POST" && request.path === "/flow_runs/") {
      const { id } = JSON.parse(answer.body) as { id: string };
      const state = { type: "CANCELLING" as const, name: "Cancelling", message: "changed my mind" };
      await server.client.call(setFlowRunState, { params: { id }, body: { state } });
    }
    return answer;
  };
  await using _ = await useConnection({ ...connection, transport: cancelling });
  let ran = false;
  const run = flow({ name: "unwanted" }, async () => {
    ran = true;
  })();
  expect(await run.finished()).toMatchObject({ type: "CANCELLED", message: "changed my mind" });
  expect(ran).toBe(false);
  expect(await server.flowStates(await run.created)).toEqual(["Pending", "Cancelling", "Cancelled"]);
});

test("a retry waits for its delay, whatever the clock of the server shows", async () => {
  const { connection } = await session();
  const clock = fakeClock("2020-01-01T00:00:00Z");
  await using _ = await useConnection(connection, clock);
  let attempts = 0;
  const failing = flow({ name: "years behind", retries: 1, retryDelay: "0.4s" }, async () => {
    attempts += 1;
    if (attempts === 1) throw new Error("once");
    return attempts;
  });
  const run = failing();
  let ended = false;
  void run.then(() => {
    ended = true;
  });
  // Far more turns than it takes, and far less time than the clocks are apart.
  for (let seconds = 0; !ended && seconds < 100_000; seconds += 1) await clock.advance(1);
  expect(ended).toBe(true);
  expect(await run).toBe(2);
});
