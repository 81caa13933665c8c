import { once } from "node:events";
import { WebSocket } from "ws";
import { type Group, group, type Work } from "../group.ts";
import { type Connections, connect } from "../http-load.ts";
import { amount, type Effort } from "../row.ts";

interface Stage {
  readonly apiUrl: string;
  readonly server: Connections;
  readonly flowId: string;
}

/** The delay until a viewer receives a new state: from sending `set_state` to the frame that contains it. */
export const live: Group = group<Stage>({
  name: "live",
  async open({ apiUrl }) {
    const server = connect(apiUrl, 4);
    const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench-live" });
    return { apiUrl, server, flowId: flow.id };
  },
  close: ({ server }) => server.close(),
  works: [
    listening({
      row: "live update to a page",
      what: "/ui/live, subscribed to the list of flow runs",
      open: openLive,
    }),
    listening({
      row: "live update to /events/out",
      what: "/events/out, all events of flow runs",
      open: openEventsOut,
    }),
  ],
});

interface Listening {
  readonly row: string;
  readonly what: string;
  readonly open: (apiUrl: string) => Promise<WebSocket>;
}

function listening({ row, what, open }: Listening): Work<Stage> {
  const count = (effort: Effort) => amount(effort, 300, 10);
  return {
    rows: [{ row, unit: "ms" }],
    how: (effort) =>
      `from sending set_state to the frame that tells of it on ${what}; ${count(effort)} times, one by one`,
    async measure(stage, effort) {
      const socket = await open(stage.apiUrl);
      const latencies: number[] = [];
      for (let index = 0; index < count(effort); index += 1) latencies.push(await latency(stage, socket));
      socket.close();
      return [latencies];
    },
  };
}

async function latency({ server, flowId }: Stage, socket: WebSocket): Promise<number> {
  const created = heard(socket, "Pending");
  const run = await server.json<{ id: string }>("POST", "/flow_runs/", { flow_id: flowId, state: { type: "PENDING" } });
  await created;
  const running = heard(socket, run.id, "RUNNING");
  const begun = performance.now();
  await server.json("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "RUNNING" } });
  return (await running) - begun;
}

const patienceMillis = 10_000;

/** Resolves with the time of the first frame that contains all of the texts. */
function heard(socket: WebSocket, ...texts: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.off("message", onMessage);
      socket.off("close", onClose);
      settle();
    };
    const onMessage = (data: Buffer) => {
      const frame = String(data);
      const at = performance.now();
      if (texts.every((text) => frame.includes(text))) finish(() => resolve(at));
    };
    const onClose = () => finish(() => reject(new Error("The server closed the socket")));
    const giveUp = () => finish(() => reject(new Error(`No frame with ${texts.join(" and ")} came within 10 s`)));
    const timer = setTimeout(giveUp, patienceMillis);
    socket.on("message", onMessage);
    socket.once("close", onClose);
  });
}

async function openLive(apiUrl: string): Promise<WebSocket> {
  const socket = new WebSocket(`${apiUrl.replace("http", "ws")}/ui/live`);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "subscribe", id: 1, topic: { kind: "flow-runs" } }));
  await heard(socket, "subscribed");
  return socket;
}

async function openEventsOut(apiUrl: string): Promise<WebSocket> {
  const socket = new WebSocket(`${apiUrl.replace("http", "ws")}/events/out`, "prefect");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "auth", token: null }));
  await once(socket, "message");
  const filter = { event: { prefix: ["prefect.flow-run."] } };
  socket.send(JSON.stringify({ type: "filter", filter, backfill: false }));
  socket.ping(); // The server answers in order, so earlier messages have been processed by then.
  await once(socket, "pong");
  return socket;
}
