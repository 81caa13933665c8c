import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";

/** A connection by which the server pushes. */
export interface Channel {
  close(): void;
}

/** Joins the pool as a worker of Ostinato. `onDue` is called when runs may be claimed. */
export async function joinPool(apiUrl: string, pool: string, onDue: () => void): Promise<Channel> {
  const socket = new WebSocket(`${apiUrl.replace("http", "ws")}/work_pools/${pool}/workers/connect`, "prefect");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "auth", token: null }));
  const hello = {
    type: "worker.hello.v1",
    id: randomUUID(),
    sent_at: new Date().toISOString(),
    payload: {
      consumer_id: randomUUID(),
      worker_name: `bench ${randomUUID()}`,
      worker_type: "process",
      heartbeat_interval_seconds: 30,
      supported_channel_versions: ["work_pool_worker_channel.v1"],
      requested_capabilities: ["worker_heartbeat.v1", "work_pool_snapshot.v1", "ostinato.wake.v1"],
      work_queue_names: [],
      handled_cleanup_kinds: [],
      max_cleanup_concurrency: 0,
      create_pool_if_not_found: false,
      default_base_job_template: {},
      worker_metadata: null,
    },
  };
  const ready = heard(socket, "worker.ready.v1");
  socket.on("message", (data) => {
    if (typeOf(data) === "ostinato.due.v1") onDue();
  });
  socket.send(JSON.stringify(hello));
  await ready;
  return socket;
}

/** Waits for slots in line by this id. `onFree` is called when it may have them. */
export async function waitForSlots(apiUrl: string, waiterId: string, onFree: () => void): Promise<Channel> {
  const socket = new WebSocket(`${apiUrl.replace("http", "ws")}/concurrency/wake`, "prefect");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "auth", token: null }));
  const subscribed = heard(socket, "subscribed");
  socket.on("message", (data) => {
    if (typeOf(data) === "free") onFree();
  });
  socket.send(JSON.stringify({ type: "subscribe", waiter_ids: [waiterId] }));
  await subscribed;
  return socket;
}

function typeOf(data: WebSocket.RawData): string {
  return (JSON.parse(String(data)) as { type: string }).type;
}

/** Resolves with the first message of this type. */
function heard(socket: WebSocket, type: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (data: WebSocket.RawData) => {
      if (typeOf(data) !== type) return;
      socket.off("message", onMessage);
      socket.off("close", onClose);
      resolve();
    };
    const onClose = (code: number, reason: Buffer) =>
      reject(new Error(`The server closed the socket instead of ${type}: ${code} ${reason}`));
    socket.on("message", onMessage);
    socket.once("close", onClose);
  });
}

/** A signal that is remembered until somebody waits for it. */
export function bell(): { ring(): void; wait(): Promise<void> } {
  let next = Promise.withResolvers<void>();
  return {
    ring: () => next.resolve(),
    async wait() {
      await next.promise;
      next = Promise.withResolvers<void>();
    },
  };
}
