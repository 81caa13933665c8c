import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { connect } from "../http-load.ts";
import { type Group, repeat } from "../row.ts";

/** Task-run events over the websocket, as a client sends them: acknowledged by the pong, and so durable. */
export const events: Group = {
  name: "events",
  rows: ["durable task events", "durable task events, in arrays"],
  async *measure(target, { runs, scale }) {
    const server = connect(target.apiUrl, 1);
    const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench-events" });
    const run = await server.json<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.id });
    const tasks = Math.ceil(2000 * scale);
    const how = `${tasks} task runs of three states each, until the pong of a ping sent behind them`;
    for (const [row, perFrame] of [
      ["durable task events", 1],
      ["durable task events, in arrays", 100],
    ] as const) {
      const samples = await repeat(runs, async () => {
        const frames = framesOf(taskEvents(run.id, tasks), perFrame);
        const socket = await open(target.apiUrl);
        const begun = performance.now();
        for (const frame of frames) socket.send(frame);
        await durable(socket);
        const seconds = (performance.now() - begun) / 1000;
        socket.close();
        return (tasks * 3) / seconds;
      });
      yield { row, where: target.name, unit: "/s", samples, how: `${how}, ${perFrame} a frame` };
    }
    server.close();
  },
};

async function open(apiUrl: string): Promise<WebSocket> {
  const socket = new WebSocket(`${apiUrl.replace("http", "ws")}/events/in`, "prefect");
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.send(JSON.stringify({ type: "auth", token: null }));
  await new Promise((resolve) => socket.once("message", resolve));
  return socket;
}

function durable(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("pong", () => resolve());
    socket.once("close", () => reject(new Error("The server closed the socket before it acknowledged the events")));
    socket.ping();
  });
}

function framesOf(list: readonly unknown[], perFrame: number): readonly string[] {
  if (perFrame === 1) return list.map((event) => JSON.stringify(event));
  return Array.from({ length: Math.ceil(list.length / perFrame) }, (_, index) =>
    JSON.stringify(list.slice(index * perFrame, (index + 1) * perFrame)),
  );
}

const states = [
  ["PENDING", "Pending"],
  ["RUNNING", "Running"],
  ["COMPLETED", "Completed"],
] as const;

function taskEvents(flowRunId: string, tasks: number): readonly unknown[] {
  return Array.from({ length: tasks }, () => randomUUID()).flatMap((id, index) => {
    let follows: string | null = null;
    return states.map(([type, name], step) => {
      const event = taskEvent({ id, index, type, name, step, follows, flowRunId });
      follows = event.id;
      return event;
    });
  });
}

interface Told {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly name: string;
  readonly step: number;
  readonly follows: string | null;
  readonly flowRunId: string;
}

function taskEvent({ id, index, type, name, step, follows, flowRunId }: Told) {
  const occurred = new Date(Date.now() + step).toISOString();
  return {
    occurred,
    event: `prefect.task-run.${name}`,
    id: randomUUID(),
    follows,
    resource: {
      "prefect.resource.id": `prefect.task-run.${id}`,
      "prefect.resource.name": `task-${index}`,
      "prefect.run-count": step === 0 ? "0" : "1",
      "prefect.state-message": "",
      "prefect.state-name": name,
      "prefect.state-timestamp": occurred,
      "prefect.state-type": type,
      "prefect.orchestration": "client",
    },
    related: [
      {
        "prefect.resource.id": `prefect.flow-run.${flowRunId}`,
        "prefect.resource.role": "flow-run",
        "prefect.resource.name": "bench",
      },
    ],
    payload: {
      intended: { from: step === 0 ? null : states[step - 1]?.[0], to: type },
      initial_state: null,
      validated_state: { type, name, message: "", state_details: {}, data: null },
      task_run: {
        name: `task-${index}`,
        task_key: `bench-${id}`,
        dynamic_key: "0",
        empirical_policy: { retries: 0, retry_delay: 0 },
        tags: [],
        labels: {},
        task_inputs: {},
        run_count: step === 0 ? 0 : 1,
        flow_run_run_count: 1,
        expected_start_time: occurred,
        start_time: step === 0 ? null : occurred,
        end_time: step === 2 ? occurred : null,
        total_run_time: 0,
      },
    },
  };
}
