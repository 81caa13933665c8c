import {
  type ChannelCapability,
  type ChannelEnd,
  type CleanUpKind,
  channelVersion,
  cleanUpCapability,
  maxHeartbeatSeconds,
  requiredCapabilities,
  WorkerHello,
  wakeCapability,
} from "@ostinato/protocol";
import { readAs } from "../kernel/validation.ts";

/** Ends a channel for one of the reasons of the protocol. */
export class ChannelEnded extends Error {
  override readonly name = "ChannelEnded";
  readonly reason: ChannelEnd;

  constructor(reason: ChannelEnd) {
    super(reason);
    this.reason = reason;
  }
}

/** What a worker has asked for, and what it gets. */
export interface Terms {
  readonly consumerId: string;
  readonly workerName: string;
  readonly workerType: string;
  readonly intervalSeconds: number;
  readonly accepted: readonly ChannelCapability[];
  readonly rejected: readonly string[];
  /** Undefined for a worker that doesn't clean up. */
  readonly cleanUps: { readonly kinds: readonly CleanUpKind[]; readonly maxAtOnce: number } | undefined;
  readonly wakes: boolean;
  /** None for all queues of the pool. */
  readonly queueNames: readonly string[];
  readonly createsPool: boolean;
  readonly template: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** Reads the first message of a worker. Throws `ChannelEnded` where Prefect's server ends the channel. */
export function readHello(message: unknown): Terms {
  const { problems, value } = readAs(WorkerHello, message);
  if (problems.length > 0) throw new ChannelEnded("protocol_error");
  const { payload } = value;
  const requested = new Set(payload.requested_capabilities);
  if (requiredCapabilities.some((each) => !requested.has(each))) throw new ChannelEnded("protocol_error");
  if (!payload.supported_channel_versions.includes(channelVersion)) throw new ChannelEnded("unsupported_version");
  const cleanUps = cleanUpsOf(payload, requested.has(cleanUpCapability));
  const wakes = requested.has(wakeCapability);
  const accepted: readonly ChannelCapability[] = [
    ...requiredCapabilities,
    ...(cleanUps === undefined ? [] : ([cleanUpCapability] as const)),
    ...(wakes ? ([wakeCapability] as const) : []),
  ];
  return {
    consumerId: payload.consumer_id.toLowerCase(),
    workerName: payload.worker_name,
    workerType: payload.worker_type,
    intervalSeconds: wakes
      ? Math.min(payload.heartbeat_interval_seconds, maxHeartbeatSeconds)
      : payload.heartbeat_interval_seconds,
    accepted,
    rejected: [...requested].filter((each) => !accepted.some((capability) => capability === each)),
    cleanUps,
    wakes,
    queueNames: [...new Set(payload.work_queue_names ?? [])],
    createsPool: payload.create_pool_if_not_found ?? false,
    template: payload.default_base_job_template ?? {},
    metadata: payload.worker_metadata ?? null,
  };
}

function cleanUpsOf(
  { handled_cleanup_kinds = [], max_cleanup_concurrency }: WorkerHello["payload"],
  isRequested: boolean,
): Terms["cleanUps"] {
  const kinds = [...new Set(handled_cleanup_kinds)];
  const maxAtOnce = max_cleanup_concurrency ?? (isRequested && kinds.length > 0 ? 1 : 0);
  if (!isRequested && (kinds.length > 0 || maxAtOnce > 0)) throw new ChannelEnded("protocol_error");
  return isRequested && kinds.length > 0 && maxAtOnce > 0 ? { kinds, maxAtOnce } : undefined;
}
