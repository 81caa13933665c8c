import { isUuid, type Timestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";

/** The event by which a client reports that the process of a flow run is alive. */
const heartbeatEvent = "prefect.flow-run.heartbeat";

/** The label in which our own client gives its interval, in seconds. */
const intervalLabel = "ostinato.heartbeat-seconds";

/** The default interval of Prefect's client. */
const customaryIntervalSeconds = 180;

export interface Heartbeat {
  readonly flowRunId: string;
  /** By the client's clock. */
  readonly occurred: Timestamp;
  readonly intervalSeconds: number;
  /** Whether the client declared the interval; else it is the customary one. */
  readonly declared: boolean;
  /** The client's process, where it has named it. */
  readonly process?: string | undefined;
}

export function heartbeatOf(
  { event, resource }: Pick<Event, "event" | "resource">,
  occurred: Timestamp,
): Heartbeat | undefined {
  if (event !== heartbeatEvent) return undefined;
  const flowRunId = resource["prefect.resource.id"]?.replace(/^prefect\.flow-run\./, "").toLowerCase() ?? "";
  if (!isUuid(flowRunId)) return undefined;
  const seconds = Number(resource[intervalLabel]);
  const declared = seconds >= 1;
  return { flowRunId, occurred, intervalSeconds: declared ? Math.ceil(seconds) : customaryIntervalSeconds, declared };
}

/** The latest of each run. */
export function latestHeartbeats(heartbeats: readonly Heartbeat[]): readonly Heartbeat[] {
  const latest = new Map<string, Heartbeat>();
  for (const heartbeat of heartbeats) {
    const known = latest.get(heartbeat.flowRunId);
    if (known === undefined || known.occurred < heartbeat.occurred) latest.set(heartbeat.flowRunId, heartbeat);
  }
  return [...latest.values()].sort((a, b) => (a.flowRunId < b.flowRunId ? -1 : 1));
}
