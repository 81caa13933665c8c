import { randomId } from "@ostinato/core";
import type { WorkerReady } from "@ostinato/protocol";
import { openTestSocket, type TestSocket } from "./socket-harness.ts";

export const prefectCapabilities = ["worker_heartbeat.v1", "work_pool_snapshot.v1"];

/** A worker on its channel. */
export interface TestWorker extends TestSocket {
  readonly consumerId: string;
  readonly ready: WorkerReady["payload"];
  /** Says something; gives the id of the message. */
  say(type: string, payload: object): string;
  /** The next message of this type; those before it are dropped. */
  heard<T>(type: string): Promise<T>;
}

export function messageOf(type: string, payload: object) {
  return { type, id: randomId(), sent_at: "2026-11-28T18:00:00.123456Z", payload };
}

/** The first message of a worker of Prefect, as its clients send it, but for these fields. */
export function helloWith(fields: object = {}) {
  return messageOf("worker.hello.v1", {
    consumer_id: randomId(),
    worker_name: "ProcessWorker 1",
    worker_type: "process",
    heartbeat_interval_seconds: 30,
    supported_channel_versions: ["work_pool_worker_channel.v1"],
    requested_capabilities: prefectCapabilities,
    work_queue_names: [],
    handled_cleanup_kinds: [],
    max_cleanup_concurrency: 0,
    create_pool_if_not_found: false,
    default_base_job_template: {},
    worker_metadata: null,
    ...fields,
  });
}

/** Connects to the channel of the pool without saying hello. */
export function openChannel(address: string, pool: string): Promise<TestSocket> {
  return openTestSocket(address, `/work_pools/${encodeURIComponent(pool)}/workers/connect`);
}

/** Has a worker join the pool. */
export async function joinWorker(address: string, pool: string, fields: object = {}): Promise<TestWorker> {
  const socket = await openChannel(address, pool);
  const hello = helloWith(fields);
  socket.send(hello);
  const first = await Promise.race([socket.next<WorkerReady>(), socket.closed]);
  if (!("payload" in first)) throw new Error(`The worker was refused: ${first.code} ${first.reason}`);
  return {
    ...socket,
    consumerId: (hello.payload as { readonly consumer_id: string }).consumer_id,
    ready: first.payload,
    say(type, payload) {
      const message = messageOf(type, payload);
      socket.send(message);
      return message.id;
    },
    async heard<T>(type: string) {
      let message = await socket.next<{ readonly type: string }>();
      while (message.type !== type) message = await socket.next();
      return message as T;
    },
  };
}
