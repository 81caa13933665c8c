import type { Static, TProperties } from "typebox";
import {
  Enum,
  Indexed,
  Integer32,
  JsonObject,
  Maybe,
  MomentInput,
  maxIndexedBytes,
  Strict,
  Tagged,
  Type,
  Uuid,
} from "./schema.ts";
import type { WorkPool } from "./work-pools.ts";

/**
 * The messages of the websocket `/work_pools/{name}/workers/connect`: Prefect's, one of ours for workers that are being stopped, and two for
 * those that ask for `ostinato.wake.v1`. A worker says `worker.hello.v1` first and is answered by `worker.ready.v1`. Then it gives its signs of life by
 * `worker.heartbeat.v1`, and hears of changes of its pool by `work_pool.snapshot.v1`.
 */
export const channelVersion = "work_pool_worker_channel.v1";

/** Every worker has to ask for these. */
export const requiredCapabilities = ["worker_heartbeat.v1", "work_pool_snapshot.v1"] as const;

/** What a worker that is being stopped says of itself under `state` in its metadata. */
export const drainingState = "draining";

/** The worker cleans up after runs whose own worker can't. */
export const cleanUpCapability = "cleanup_delivery.v1";

/** Ours: the worker is told of due runs and of runs that are to stop. */
export const wakeCapability = "ostinato.wake.v1";

export type ChannelCapability =
  | (typeof requiredCapabilities)[number]
  | typeof cleanUpCapability
  | typeof wakeCapability;

/**
 * Why the infrastructure of a run is to be removed. `cancelling_timeout_teardown.v1`: the run was asked to stop and has never
 * confirmed it. `pending_claim_teardown.v1`: the worker that had claimed the run died before the run began.
 */
export const cleanUpKinds = ["cancelling_timeout_teardown.v1", "pending_claim_teardown.v1"] as const;
export type CleanUpKind = (typeof cleanUpKinds)[number];

/**
 * The reasons for which the server ends a channel, with the code of the closing. A worker connects again after 1011. After the other
 * codes it would be refused again. `authorization_failed` also stands for a pool or a queue that does not exist.
 */
export const channelEnds = {
  authentication_failed: 1008,
  authorization_failed: 1008,
  unsupported_version: 1008,
  protocol_error: 1002,
  heartbeat_persistence_failed: 1011,
  transient_server_error: 1011,
} as const;
export type ChannelEnd = keyof typeof channelEnds;

/**
 * The most seconds between two signs of life of a worker that asks for `ostinato.wake.v1`: after three of them without a sign its
 * claims go back. The interval that counts stands in `worker.ready.v1`.
 */
export const maxHeartbeatSeconds = 8;

const Word = Type.String({ minLength: 1 });
const WorkerName = Indexed(Type.String({ minLength: 1, maxLength: maxIndexedBytes }));
const IntervalSeconds = Integer32({ minimum: 1 });

function message<const T extends string, const P extends TProperties>(type: T, payload: P) {
  return Strict({ type: Type.Literal(type), id: Uuid, sent_at: MomentInput, payload: Strict(payload) });
}

export const WorkerHello = message("worker.hello.v1", {
  /** The process of the worker. */
  consumer_id: Uuid,
  worker_name: WorkerName,
  worker_type: Word,
  heartbeat_interval_seconds: IntervalSeconds,
  supported_channel_versions: Type.Array(Word, { minItems: 1, maxItems: 100 }),
  requested_capabilities: Type.Array(Word, { minItems: 1, maxItems: 100 }),
  /** No names stand for all queues of the pool. */
  work_queue_names: Type.Optional(Type.Array(Word, { maxItems: 5000 })),
  handled_cleanup_kinds: Type.Optional(Type.Array(Enum(cleanUpKinds), { maxItems: 100 })),
  /** How many clean-ups the worker does at a time; 1 by default where it handles some. */
  max_cleanup_concurrency: Type.Optional(Integer32({ minimum: 0 })),
  create_pool_if_not_found: Type.Optional(Type.Boolean()),
  /** For a pool that has no base job template yet. */
  default_base_job_template: Type.Optional(JsonObject),
  worker_metadata: Maybe(JsonObject),
});
export type WorkerHello = Static<typeof WorkerHello>;

const SignOfLife = message("worker.heartbeat.v1", {
  consumer_id: Uuid,
  worker_name: WorkerName,
  heartbeat_interval_seconds: IntervalSeconds,
});

/** Ours: the worker takes no more runs, since it is being stopped. It still gives signs of life for those that are under way. */
const Draining = message("ostinato.draining.v1", {});

const reservation = { message_id: Uuid, reservation_token: Word };
const Ack = message("cleanup.ack.v1", reservation);
const Release = message("cleanup.release.v1", { ...reservation, reason: Word });
const Renewal = message("cleanup.renew.v1", reservation);

/**
 * The messages of a worker after its hello: a sign of life; and for a clean-up that it was given, that it is done (`ack`), that
 * another worker is to try (`release`), or that it takes longer (`renew`: the reservation then ends 30 s from now).
 */
export const WorkerMessage = Tagged("type", [SignOfLife, Draining, Ack, Release, Renewal]);
export type WorkerMessage = Static<typeof WorkerMessage>;

export interface ChannelMessage<T extends string, P> {
  readonly type: T;
  readonly id: string;
  readonly sent_at: string;
  readonly payload: P;
}

export interface PoolSnapshot {
  /** Grows by one with each snapshot of a connection; 1 is in `worker.ready.v1`. */
  readonly snapshot_sequence: number;
  readonly reason: "initial" | "work_pool_updated" | "heartbeat_reconciliation";
  readonly work_pool: WorkPool;
}

export type WorkerReady = ChannelMessage<
  "worker.ready.v1",
  {
    readonly consumer_id: string;
    /** Always null, as in Prefect. */
    readonly worker_id: null;
    readonly selected_channel_version: typeof channelVersion;
    readonly effective_heartbeat_interval_seconds: number;
    readonly accepted_capabilities: readonly ChannelCapability[];
    readonly rejected_capabilities: readonly string[];
    readonly effective_max_cleanup_concurrency: number;
    readonly resolved_work_queues: readonly { readonly id: string; readonly name: string }[];
    readonly initial_snapshot: PoolSnapshot;
  }
>;

export interface CleanUpTarget {
  readonly flow_run_id: string;
  readonly infrastructure_pid: string | null;
}

/** `claim_id` is the id of the PENDING state by which the dead worker had taken the run. */
export interface PendingClaimTarget extends CleanUpTarget {
  readonly claim_id: string;
  readonly execution_id: string | null;
}

interface Reserved<K extends CleanUpKind, T> {
  readonly message_id: string;
  readonly kind: K;
  /** To be shown with every operation on this delivery. */
  readonly reservation_token: string;
  /** Then it is given to another worker, unless it is renewed before. */
  readonly lease_expires_at: string;
  readonly delivery_count: number;
  readonly work_queue_id: string | null;
  readonly target: T;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A clean-up for exactly one worker. The third delivery is the last. */
export type CleanUpMessage = ChannelMessage<
  "cleanup.message.v1",
  Reserved<"cancelling_timeout_teardown.v1", CleanUpTarget> | Reserved<"pending_claim_teardown.v1", PendingClaimTarget>
>;

export const cleanUpOperations = ["ack", "release", "renew"] as const;
export type CleanUpOperation = (typeof cleanUpOperations)[number];

/**
 * `not_current`: nobody has the clean-up at the moment. `expired`: the reservation has ended. `unauthorized`: the clean-up is of
 * another pool, or the connection takes none. `dead_lettered`: it was given to workers three times, and is given up.
 */
export type CleanUpStatus =
  | "accepted"
  | "not_current"
  | "not_found"
  | "expired"
  | "invalid_token"
  | "unauthorized"
  | "dead_lettered"
  | "error";

export type CleanUpResult = ChannelMessage<
  "cleanup.operation_result.v1",
  {
    /** The id of the worker's message that it answers. */
    readonly request_frame_id: string;
    readonly message_id: string;
    readonly operation: CleanUpOperation;
    readonly status: CleanUpStatus;
    /** Of an accepted `renew`. */
    readonly lease_expires_at: string | null;
    /** Why it was not accepted. */
    readonly reason: string | null;
    readonly detail: null;
  }
>;

/**
 * A hint to `POST /work_pools/{name}/claim`: a run of the worker's queues is due, or a slot that one waits for is free. It may come
 * twice, without need, or in rare cases not at all, so a worker also asks at long intervals.
 */
export interface DueHint {
  readonly type: "ostinato.due.v1";
}

/** A run of the worker's queues has become CANCELLING or CANCELLED, whichever worker has it. It may be told more than once. */
export interface CancellingHint {
  readonly type: "ostinato.cancelling.v1";
  readonly flow_run_id: string;
}

/** The messages of the server. */
export type WorkerChannelMessage =
  | WorkerReady
  | ChannelMessage<"work_pool.snapshot.v1", PoolSnapshot>
  | CleanUpMessage
  | CleanUpResult
  | DueHint
  | CancellingHint;
