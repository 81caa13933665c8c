import { formatTimestamp, type Timestamp, toTimestamp } from "@ostinato/core";
import type { State } from "@ostinato/protocol";
import { defaultDetails, type RunState } from "./state.ts";

/** A state as it is answered: every detail is there. */
export function presentState({ id, type, name, timestamp, message, data, details }: RunState): State {
  return {
    id,
    type,
    name,
    timestamp: formatTimestamp(timestamp),
    message,
    data: data ?? null,
    state_details: { ...defaultDetails, ...details },
  };
}

/** Whether the request that began then created the state in its answer. */
export function isFresh(state: State | null, begun: Timestamp): boolean {
  return state !== null && toTimestamp(state.timestamp) >= begun;
}
