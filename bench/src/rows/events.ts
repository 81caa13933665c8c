import { WebSocket } from "ws";
import { type Group, group, type Work } from "../group.ts";
import { connect } from "../http-load.ts";
import { amount, type Effort, repeat } from "../row.ts";
import { taskEvents } from "../task-events.ts";

interface Stage {
  readonly apiUrl: string;
  readonly flowRunId: string;
}

/** Task-run events over the websocket in a client's form, acknowledged by the pong and thus durable. */
export const events: Group = group<Stage>({
  name: "events",
  async open({ apiUrl }) {
    const server = connect(apiUrl, 1);
    const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench-events" });
    const run = await server.json<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.id });
    server.close();
    return { apiUrl, flowRunId: run.id };
  },
  close: () => {},
  works: [sending("durable task events", 1), sending("durable task events, in arrays", 100)],
});

function sending(row: string, perFrame: number): Work<Stage> {
  const tasks = (effort: Effort) => amount(effort, 2000);
  return {
    rows: [{ row, unit: "/s" }],
    how: (effort) =>
      `${tasks(effort)} task runs of three states each, ${perFrame} a frame, until the pong of a ping sent behind them`,
    async measure({ apiUrl, flowRunId }, effort) {
      const samples = await repeat(effort.runs, async () => {
        const frames = framesOf(taskEvents(flowRunId, tasks(effort)), perFrame);
        const socket = await openEventsIn(apiUrl);
        const begun = performance.now();
        for (const frame of frames) socket.send(frame);
        await durable(socket);
        const seconds = (performance.now() - begun) / 1000;
        socket.close();
        return (tasks(effort) * 3) / seconds;
      });
      return [samples];
    },
  };
}

async function openEventsIn(apiUrl: string): Promise<WebSocket> {
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
