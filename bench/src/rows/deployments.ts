import { randomUUID } from "node:crypto";
import { type Group, group, type Work } from "../group.ts";
import { type Connections, connect, load, prepared } from "../http-load.ts";
import { amount, type Effort } from "../row.ts";
import { serveFlow } from "../started-flow.ts";
import type { Target } from "../target.ts";
import { calls } from "./calls.ts";
import { startWorks } from "./starts.ts";

interface Stage {
  readonly target: Target;
  readonly server: Connections;
  /** Deployments without a schedule; each has one run that is due. */
  readonly polledIds: readonly string[];
  /** A deployment whose runs are made by request. */
  readonly askedId: string;
}

const pollers = 100;
const many = 16;

/** What serving processes and schedules ask of a server. */
export const deployments: Group = group<Stage>({
  name: "deployments",
  async open(target) {
    const server = connect(target.apiUrl, pollers);
    const flowId = await newFlow(target, server);
    const polledIds: string[] = [];
    for (let index = 0; index < pollers; index += 1) {
      const id = await newDeployment(target, server, flowId);
      await prepared(target, server, `/deployments/${id}/create_flow_run`, {});
      polledIds.push(id);
    }
    return { target, server, polledIds, askedId: await newDeployment(target, server, flowId) };
  },
  close: ({ server }) => server.close(),
  works: [
    polling({ row: "get_scheduled_flow_runs, 1 poller", connections: 1, calls: 1000 }),
    polling({ row: "get_scheduled_flow_runs, 100 pollers", connections: pollers, calls: 3000 }),
    calls({
      row: "create_flow_run of a deployment, 16 connections",
      what: "POST /deployments/{id}/create_flow_run",
      connections: many,
      calls: 1000,
      call: ({ server, askedId }) =>
        server.send("POST", `/deployments/${askedId}/create_flow_run`, { parameters: { n: 3 } }),
    }),
    {
      rows: [
        { row: "deployments scheduled", unit: "/s" },
        { row: "deployments scheduled: memory, in each tenth", unit: "MB" },
      ],
      peers: true,
      how: (effort) =>
        `POST /deployments/ of ${scheduledCount(effort)} deployments with an hourly schedule from ${many} connections (a peer's from one, since it refuses most of sixteen on SQLite), until each has its next ${runsAhead} runs; the resident set of the server after each tenth of the deployments`,
      notice: (effort) => `scheduling ${scheduledCount(effort)} deployments`,
      measure: (stage, effort) => scheduleMany(stage, scheduledCount(effort)),
    },
    ...startWorks<Stage>({
      what: "a served flow",
      count: 60,
      start: ({ target, server }) => serveFlow(target, server),
    }),
  ],
});

function polling(row: { readonly row: string; readonly connections: number; readonly calls: number }): Work<Stage> {
  return calls({
    ...row,
    what: "POST /deployments/get_scheduled_flow_runs, each of a deployment that has one due run",
    call: ({ server, polledIds }, index) =>
      server.send("POST", "/deployments/get_scheduled_flow_runs", {
        deployment_ids: [polledIds[index % polledIds.length]],
        scheduled_before: new Date(Date.now() + 10_000).toISOString(),
        limit: 10,
      }),
  });
}

async function newFlow(target: Target, server: Connections): Promise<string> {
  const body = { name: `bench-deployments-${randomUUID()}` };
  return (await prepared<{ id: string }>(target, server, "/flows/", body)).id;
}

async function newDeployment(target: Target, server: Connections, flowId: string): Promise<string> {
  const body = { name: randomUUID(), flow_id: flowId };
  return (await prepared<{ id: string }>(target, server, "/deployments/", body)).id;
}

/** Both products make this many runs of an hourly schedule. */
const runsAhead = 3;

/** Peers schedule by a loop that rests for seconds, which fewer deployments would not make up for. */
function scheduledCount(effort: Effort): number {
  return amount(effort, 10_000, 1000);
}

const megabyte = 1024 * 1024;

async function scheduleMany({ target, server }: Stage, count: number): Promise<readonly (readonly number[])[]> {
  const flowId = await newFlow(target, server);
  const memory: number[] = [];
  const begun = performance.now();
  for (let tenth = 0; tenth < 10; tenth += 1) {
    await load(count / 10, target.peer ? 1 : many, async () => {
      const body = { name: randomUUID(), flow_id: flowId, schedules: [{ schedule: { interval: 3600 } }] };
      await prepared(target, server, "/deployments/", body);
      return { status: 201 };
    });
    memory.push((await target.residentBytes()) / megabyte);
  }
  const planned = { flows: { id: { any_: [flowId] } }, flow_runs: { state: { type: { any_: ["SCHEDULED"] } } } };
  while ((await prepared<number>(target, server, "/flow_runs/count", planned)) < count * runsAhead) {
    await new Promise((resolve) => setTimeout(resolve, target.peer ? 250 : 10));
  }
  return [[count / ((performance.now() - begun) / 1000)], memory];
}
