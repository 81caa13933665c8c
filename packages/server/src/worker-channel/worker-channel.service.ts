import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import {
  type ChannelEnd,
  type CleanUpMessage,
  channelEnds,
  channelVersion,
  drainingState,
  type PoolSnapshot,
  type WorkerChannelMessage,
  WorkerMessage,
  type WorkPool,
} from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { RequestError } from "../kernel/errors.ts";
import { feedTo } from "../kernel/feed.ts";
import { createInbox } from "../kernel/inbox.ts";
import { readMessage, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { readAs } from "../kernel/validation.ts";
import type { Sleeper } from "../waking/telling.service.ts";
import { createWaker, type Waker } from "../waking/waker.service.ts";
import { countStartable } from "../work-pools/startable-runs.service.ts";
import * as workPools from "../work-pools/work-pools.service.ts";
import * as workers from "../workers/workers.service.ts";
import { type Cleaner, createDelivery, type Delivery } from "./delivery.service.ts";
import { ChannelEnded, readHello, type Terms } from "./hello.ts";
import { type Joined, join } from "./joining.service.ts";
import { createPoolFeed, type Member, type PoolFeed, type QueueName } from "./pool-feed.service.ts";
import * as poolWakes from "./pool-wakes.queries.ts";

/** Joins workers with their pools: each connection is a worker. */
export function createWorkerChannel(context: Context): (connection: SocketConnection) => SocketHandlers {
  const waker = createWaker(context, { of: "work-queue", ...poolWakes, countStartable });
  const feed = createPoolFeed(context, (queueIds) => waker.lookAt(queueIds));
  const delivery = createDelivery(context);
  return (connection) => {
    const channel = new Channel({ ...context, actor: connection.actor }, connection, { waker, feed, delivery });
    return { message: createInbox(connection, (text) => channel.take(text)).take, closed: () => channel.leave() };
  };
}

interface Hub {
  readonly waker: Waker;
  readonly feed: PoolFeed;
  readonly delivery: Delivery;
}

/** The connection of one worker. */
class Channel implements Member, Sleeper {
  readonly #context: Context;
  readonly #connection: SocketConnection;
  readonly #hub: Hub;
  readonly #send: (text: string) => void;
  readonly #poolName: string;
  #terms: Terms | undefined;
  #cleaner: Cleaner | undefined;
  #queueIds: readonly string[] = [];
  #isConnected = true;
  #isReady = false;
  #snapshots = 0;
  /** When the pool that the worker knows was changed last. */
  #poolUpdated = "";
  poolId = "";

  constructor(context: Context, connection: SocketConnection, hub: Hub) {
    this.#context = context;
    this.#connection = connection;
    this.#hub = hub;
    const feed = feedTo(connection, context);
    this.#send = (text) => feed.send(text);
    this.#poolName = (connection.request.params as { readonly name: string }).name;
  }

  /** Takes one message. Never rejects. */
  async take(text: string): Promise<void> {
    if (!this.#isConnected) return;
    const message = readMessage(text) ?? {};
    try {
      if (this.#terms === undefined) await this.#greet(message);
      else await this.#hear(this.#terms, message);
    } catch (error) {
      if (error instanceof ChannelEnded) return this.#end(error.reason);
      if (error instanceof RequestError) return this.#end("protocol_error");
      this.#context.log.error({ err: error, work_pool: this.#poolName }, "a message of a worker could not be taken");
      this.#end("transient_server_error");
    }
  }

  async #greet(message: object): Promise<void> {
    const terms = readHello(message);
    this.#terms = terms;
    const joined = await join(this.#context, this.#poolName, terms);
    this.poolId = joined.poolId;
    this.#queueIds = joined.queues.map(({ id }) => id);
    if (!this.#isConnected) return;
    // Before the pool is read: no change of it can be missed then.
    this.#hub.feed.join(this);
    const pool = await this.#readPool();
    this.#isReady = true;
    this.#sayReady(terms, joined, pool);
    if (!this.#isConnected) return;
    if (terms.wakes) this.#hub.waker.subscribe(this, this.#queueIds);
    if (terms.cleanUps !== undefined) {
      this.#cleaner = this.#asCleaner(terms, terms.cleanUps);
      this.#hub.delivery.join(this.#cleaner);
    }
  }

  async #readPool(): Promise<WorkPool> {
    const [pool] = await workPools.readMany(this.#context, [this.poolId]);
    if (pool === undefined) throw new ChannelEnded("authorization_failed");
    return pool;
  }

  #sayReady(terms: Terms, { queues }: Joined, pool: WorkPool): void {
    this.#say({
      type: "worker.ready.v1",
      ...this.#envelope(),
      payload: {
        consumer_id: terms.consumerId,
        worker_id: null,
        selected_channel_version: channelVersion,
        effective_heartbeat_interval_seconds: terms.intervalSeconds,
        accepted_capabilities: terms.accepted,
        rejected_capabilities: terms.rejected,
        effective_max_cleanup_concurrency: terms.cleanUps?.maxAtOnce ?? 0,
        resolved_work_queues: queues.map(({ id, name }) => ({ id, name })),
        initial_snapshot: this.#snapshotOf(pool, "initial"),
      },
    });
  }

  async #hear(terms: Terms, given: object): Promise<void> {
    const { problems, value: message } = readAs(WorkerMessage, given);
    if (problems.length > 0) throw new ChannelEnded("protocol_error");
    switch (message.type) {
      case "worker.heartbeat.v1":
        return this.#noteSign(terms, message.payload);
      case "ostinato.draining.v1":
        return this.#noteDraining(terms);
      case "cleanup.ack.v1":
        return this.#operate("ack", message);
      case "cleanup.release.v1":
        return this.#operate("release", message);
      case "cleanup.renew.v1":
        return this.#operate("renew", message);
      default:
        return message satisfies never;
    }
  }

  async #noteSign(
    { consumerId, workerName }: Terms,
    sign: Extract<WorkerMessage, { type: "worker.heartbeat.v1" }>["payload"],
  ): Promise<void> {
    if (sign.consumer_id.toLowerCase() !== consumerId || sign.worker_name !== workerName)
      throw new ChannelEnded("protocol_error");
    try {
      await workers.heartbeat(this.#context, this.#poolName, {
        name: workerName,
        heartbeat_interval_seconds: sign.heartbeat_interval_seconds,
      });
      if ((await workPools.lastChange(this.#context, this.poolId)) === this.#poolUpdated) return;
      this.#tell(await this.#readPool(), "heartbeat_reconciliation");
    } catch (error) {
      this.#context.log.warn(
        { err: error, work_pool: this.#poolName },
        "a sign of life of a worker could not be noted",
      );
      throw new ChannelEnded("heartbeat_persistence_failed");
    }
  }

  #noteDraining({ workerName, intervalSeconds, metadata }: Terms): Promise<void> {
    return workers.heartbeat(this.#context, this.#poolName, {
      name: workerName,
      heartbeat_interval_seconds: intervalSeconds,
      metadata: { ...metadata, state: drainingState },
    });
  }

  async #operate(
    operation: "ack" | "release" | "renew",
    { id, payload }: Exclude<WorkerMessage, { type: "worker.heartbeat.v1" | "ostinato.draining.v1" }>,
  ): Promise<void> {
    const { message_id, reservation_token: token } = payload;
    const saying = { operation, id: message_id.toLowerCase(), token };
    const outcome = this.#cleaner === undefined ? notACleaner : await this.#hub.delivery.operate(this.#cleaner, saying);
    this.#say({
      type: "cleanup.operation_result.v1",
      ...this.#envelope(),
      payload: { request_frame_id: id, message_id, operation, ...outcome, detail: null },
    });
  }

  poolChanged(pool: WorkPool): void {
    if (this.#isReady && pool.updated !== this.#poolUpdated) this.#tell(pool, "work_pool_updated");
  }

  queuesChanged(queues: readonly QueueName[]): void {
    if (!this.#isReady || this.#terms?.wakes !== true || this.#terms.queueNames.length > 0) return;
    const ids = queues.map(({ id }) => id);
    if (ids.length === this.#queueIds.length && ids.every((id) => this.#queueIds.includes(id))) return;
    this.#queueIds = ids;
    this.#hub.waker.subscribe(this, ids);
  }

  poolGone(): void {
    this.#end("authorization_failed");
  }

  due(): void {
    this.#say({ type: "ostinato.due.v1" });
  }

  stopping(_queueId: string, flow_run_id: string): void {
    this.#say({ type: "ostinato.cancelling.v1", flow_run_id });
  }

  leave(): void {
    this.#isConnected = false;
    this.#hub.feed.leave(this);
    this.#hub.waker.leave(this);
    if (this.#cleaner !== undefined) this.#hub.delivery.leave(this.#cleaner);
  }

  #asCleaner({ consumerId, workerName }: Terms, { kinds, maxAtOnce }: NonNullable<Terms["cleanUps"]>): Cleaner {
    const isConnected = () => this.#isConnected;
    return {
      worker: `${this.poolId} ${consumerId} ${workerName}`,
      poolId: this.poolId,
      queueIds: new Set(this.#queueIds),
      kinds,
      maxAtOnce,
      get isConnected() {
        return isConnected();
      },
      give: (payload) => this.#give(payload),
    };
  }

  #give(payload: CleanUpMessage["payload"]): void {
    this.#say({ type: "cleanup.message.v1", ...this.#envelope(), payload });
  }

  #tell(pool: WorkPool, reason: PoolSnapshot["reason"]): void {
    this.#say({ type: "work_pool.snapshot.v1", ...this.#envelope(), payload: this.#snapshotOf(pool, reason) });
  }

  #snapshotOf(work_pool: WorkPool, reason: PoolSnapshot["reason"]): PoolSnapshot {
    this.#snapshots += 1;
    this.#poolUpdated = work_pool.updated;
    return { snapshot_sequence: this.#snapshots, reason, work_pool };
  }

  #envelope(): { readonly id: string; readonly sent_at: string } {
    const now = this.#context.clock.now();
    return { id: timeOrderedId(now), sent_at: formatTimestamp(now) };
  }

  #say(message: WorkerChannelMessage): void {
    this.#send(JSON.stringify(message));
  }

  #end(reason: ChannelEnd): void {
    if (!this.#isConnected) return;
    this.leave();
    this.#connection.close(channelEnds[reason], reason);
  }
}

const notACleaner = {
  status: "unauthorized",
  reason: "cleanup_delivery_not_accepted",
  lease_expires_at: null,
} as const;
