import { type Timestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
/** The event by which a client says that the process of a flow run is alive. */
export declare const heartbeatEvent = "prefect.flow-run.heartbeat";
/** By this label our own client says how often it sends one, in seconds. */
export declare const intervalLabel = "ostinato.heartbeat-seconds";
/** So many intervals without a sign of life make a run lost. */
export declare const missedIntervals = 3;
export interface Heartbeat {
    readonly flowRunId: string;
    readonly occurred: Timestamp;
    readonly intervalSeconds: number;
}
export declare function heartbeatOf({ event, resource }: Pick<Event, "event" | "resource">, occurred: Timestamp): Heartbeat | undefined;
/** The latest of each run. */
export declare function latestHeartbeats(heartbeats: readonly Heartbeat[]): readonly Heartbeat[];
