import { randomUUID } from "node:crypto";
import { type Group, group } from "../group.ts";
import { answered, type Connections, connect, load } from "../http-load.ts";
import type { Target } from "../target.ts";
import { calls } from "./calls.ts";

interface Stage {
  readonly target: Target;
  readonly server: Connections;
  readonly flowId: string;
  /** A flow with a constant 200 runs. */
  readonly countedFlowId: string;
  /** The created flow runs. */
  readonly ids: string[];
  /** Where the next one to move stands among them. */
  moved: number;
}

const many = 16;

/** HTTP requests from one caller and from sixteen at once; a peer with the same API gets the same ones. */
export const requests: Group = group<Stage>({
  name: "requests",
  async open(target) {
    const server = connect(target.apiUrl, many);
    const counted: Stage = { target, server, flowId: await newFlow(server), countedFlowId: "", ids: [], moved: 0 };
    await createUntil(counted, 200);
    const { flowId: countedFlowId, ids } = counted;
    return { target, server, flowId: await newFlow(server), countedFlowId, ids: [...ids], moved: 200 };
  },
  close: ({ server }) => server.close(),
  works: [
    calls({
      row: "creates, 16 connections",
      what: "POST /flow_runs/",
      connections: many,
      calls: 3000,
      call: (stage) => create(stage),
    }),
    calls({
      row: "set_state, 1 connection",
      what: "POST /flow_runs/{id}/set_state, Pending to Running, of runs created just before",
      connections: 1,
      calls: 1000,
      prepare: createNew,
      call: (stage) => moveNext(stage),
    }),
    calls({
      row: "set_state, 16 connections",
      what: "POST /flow_runs/{id}/set_state, Pending to Running, of runs created just before",
      connections: many,
      calls: 3000,
      prepare: createNew,
      call: (stage) => moveNext(stage),
    }),
    calls({
      row: "read one run",
      what: "GET /flow_runs/{id}",
      connections: many,
      calls: 3000,
      call: ({ server, ids }, index) => server.send("GET", `/flow_runs/${ids[index % ids.length]}`),
    }),
    calls({
      row: "filter of 200 runs",
      what: "POST /flow_runs/filter, 200 runs, newest first",
      connections: 1,
      calls: 200,
      call: ({ server }) => server.send("POST", "/flow_runs/filter", { sort: "START_TIME_DESC", limit: 200 }),
    }),
    calls({
      row: "count of 200 runs",
      what: "POST /flow_runs/count of one state type in a flow that has 200 runs",
      connections: 1,
      calls: 500,
      call: ({ server, countedFlowId }) =>
        server.send("POST", "/flow_runs/count", {
          flows: { id: { any_: [countedFlowId] } },
          flow_runs: { state: { type: { any_: ["PENDING"] } } },
        }),
    }),
    calls({
      row: "log lines",
      what: "POST /logs/ of 200 lines; the rate is of lines",
      connections: 4,
      calls: 200,
      perCall: 200,
      call: ({ server, ids }) => server.send("POST", "/logs/", logLines(ids[0] ?? "", 200)),
    }),
  ],
});

async function newFlow(server: Connections): Promise<string> {
  return (await server.json<{ id: string }>("POST", "/flows/", { name: `bench-requests-${randomUUID()}` })).id;
}

async function create({ server, flowId, ids }: Stage): Promise<{ readonly status: number }> {
  const reply = await server.send("POST", "/flow_runs/", { flow_id: flowId, parameters: { n: 3 } });
  if (reply.status < 400) ids.push((JSON.parse(reply.text) as { id: string }).id);
  return reply;
}

/** Leaves the runs that earlier measurements made as they are: a run usually starts soon after it was created. */
async function createNew(stage: Stage, count: number): Promise<void> {
  stage.moved = stage.ids.length;
  await createUntil(stage, stage.moved + count);
}

/** A peer may refuse some, so this repeats until there are enough. */
async function createUntil(stage: Stage, count: number): Promise<void> {
  while (stage.ids.length < count) {
    await load(count - stage.ids.length, stage.target.peer ? 1 : many, () =>
      answered(stage.target, () => create(stage)),
    );
  }
}

function moveNext(stage: Stage): Promise<{ readonly status: number }> {
  const id = stage.ids[stage.moved];
  stage.moved += 1;
  return stage.server.send("POST", `/flow_runs/${id}/set_state`, { state: { type: "RUNNING" } });
}

function logLines(flowRunId: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    name: "bench",
    level: 20,
    message: `line ${index} of a run that says what it does, at some length, as people do`,
    timestamp: new Date().toISOString(),
    flow_run_id: flowRunId,
    task_run_id: null,
  }));
}
