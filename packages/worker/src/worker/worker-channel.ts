import { openReconnectingSocket, type ReconnectingSocket } from "@ostinato/client/node";
import { type Clock, formatTimestamp, randomId } from "@ostinato/core";
import type { CleanUpMessage, WorkerChannelMessage, WorkPool } from "@ostinato/protocol";

export interface WorkerChannelOptions {
  readonly baseUrl: string;
  readonly auth: string | undefined;
  readonly clock: Clock;
  readonly poolName: string;
  readonly workerName: string;
  readonly workerType: string;
  readonly queues: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly onPool: (pool: WorkPool) => void;
  /** Runs may be due. */
  readonly onDue: () => void;
  readonly onCancelling: (flowRunId: string) => void;
  readonly onCleanUp: (delivery: CleanUpMessage["payload"]) => void;
  /** Called after each (re)connection: messages in between may have been missed. */
  readonly onConnected: () => void;
  /** Called when a connection that stood is lost. */
  readonly onLost: () => void;
}

/** The capabilities and messages of `@ostinato/protocol`, written out so that its schemas are not loaded. */
const version = "work_pool_worker_channel.v1";
const capabilities = ["worker_heartbeat.v1", "work_pool_snapshot.v1", "cleanup_delivery.v1", "ostinato.wake.v1"];
const cleanUpKinds = ["cancelling_timeout_teardown.v1", "pending_claim_teardown.v1"] as const;
/** Seconds between two signs of life of the worker. */
export const heartbeatSeconds = 8;

/**
 * The websocket of a worker: its signs of life, changes of the pool, hints that runs are due or to stop, and clean-ups. It connects again when the
 * connection is lost or refused. The worker asks by REST meanwhile.
 */
export class WorkerChannel {
  readonly #options: WorkerChannelOptions;
  readonly #consumerId = randomId();
  #isDraining = false;
  readonly #socket: ReconnectingSocket;
  #isReady = false;
  #stopBeating = () => {};

  constructor(options: WorkerChannelOptions) {
    const { baseUrl, auth, clock, poolName } = options;
    this.#options = options;
    this.#socket = openReconnectingSocket({
      baseUrl,
      auth,
      clock,
      path: `/work_pools/${encodeURIComponent(poolName)}/workers/connect`,
      greeting: () => this.#hello(),
      onMessage: (message) => this.#hear(message as WorkerChannelMessage),
      onDisconnected: () => this.#lost(),
    });
  }

  /** Whether the server pushes, and hears the signs of life that this channel gives. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Tells what became of a clean-up. */
  answer(
    operation: "ack" | "release" | "renew",
    { message_id, reservation_token }: CleanUpMessage["payload"],
    reason?: string,
  ): void {
    const payload = { message_id, reservation_token, ...(reason === undefined ? {} : { reason }) };
    this.#socket.send(this.#message(`cleanup.${operation}.v1`, payload));
  }

  /** Tells that the worker takes no more runs, now and whenever it connects again. */
  drain(): void {
    this.#isDraining = true;
    if (this.#isReady) this.#socket.send(this.#message("ostinato.draining.v1", {}));
  }

  close(): void {
    this.#stopBeating();
    this.#isReady = false;
    this.#socket.close();
  }

  #hear(message: WorkerChannelMessage): void {
    const { onPool, onDue, onCancelling, onCleanUp, onConnected } = this.#options;
    switch (message.type) {
      case "worker.ready.v1":
        this.#isReady = true;
        this.#beat();
        onPool(message.payload.initial_snapshot.work_pool);
        onConnected();
        return;
      case "work_pool.snapshot.v1":
        onPool(message.payload.work_pool);
        return;
      case "ostinato.due.v1":
        onDue();
        return;
      case "ostinato.cancelling.v1":
        onCancelling(message.flow_run_id);
        return;
      case "cleanup.message.v1":
        onCleanUp(message.payload);
        return;
      case "cleanup.operation_result.v1":
        return;
    }
  }

  #lost(): void {
    this.#stopBeating();
    if (!this.#isReady) return;
    this.#isReady = false;
    this.#options.onLost();
  }

  #beat(): void {
    this.#stopBeating();
    this.#stopBeating = this.#options.clock.after(heartbeatSeconds, () => {
      const payload = {
        consumer_id: this.#consumerId,
        worker_name: this.#options.workerName,
        heartbeat_interval_seconds: heartbeatSeconds,
      };
      this.#socket.send(this.#message("worker.heartbeat.v1", payload));
      this.#beat();
    });
  }

  #hello(): string {
    const { workerName, workerType, queues, metadata } = this.#options;
    return this.#message("worker.hello.v1", {
      consumer_id: this.#consumerId,
      worker_name: workerName,
      worker_type: workerType,
      heartbeat_interval_seconds: heartbeatSeconds,
      supported_channel_versions: [version],
      requested_capabilities: capabilities,
      work_queue_names: queues,
      handled_cleanup_kinds: cleanUpKinds,
      max_cleanup_concurrency: 4,
      create_pool_if_not_found: false,
      worker_metadata: this.#isDraining ? { ...metadata, state: "draining" } : metadata,
    });
  }

  #message(type: string, payload: object): string {
    return JSON.stringify({ type, id: randomId(), sent_at: formatTimestamp(this.#options.clock.now()), payload });
  }
}
