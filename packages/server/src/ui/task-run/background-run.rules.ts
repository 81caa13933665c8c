import { formatTimestamp, nameInTaskKey, type StateType, type Timestamp } from "@ostinato/core";
import type { BackgroundRun } from "@ostinato/protocol";

/** Where a background run stands in the queue. */
export interface QueuePlace {
  /** Whether a worker has it. */
  readonly is_held: boolean;
  readonly queued: Timestamp;
  readonly waits_until: Timestamp | null;
  readonly deliveries: number;
  /** How many are before it. */
  readonly ahead: number;
}

interface Circumstances {
  readonly task_key: string;
  readonly state_type: StateType | null;
  readonly place: QueuePlace | undefined;
  /** The names of the connected workers of its task. */
  readonly workers: readonly string[];
  /** What is said where there are none. */
  readonly unserved: { readonly reason: string; readonly hint: string };
  readonly now: Timestamp;
}

/** Why a background run has not begun, and what would make it; null for one that has begun or ended. */
export function waitingOf({
  task_key,
  state_type,
  place,
  workers,
  unserved,
  now,
}: Circumstances): BackgroundRun["waiting"] {
  if (state_type !== "SCHEDULED" || place === undefined) return null;
  const { is_held, queued, waits_until, deliveries, ahead } = place;
  const name = JSON.stringify(nameInTaskKey(task_key));
  const told = (reason: string, hint: string | null, since = queued) => ({
    reason: deliveries > 0 && !is_held ? `${reason} ${timesText(deliveries)} had it and did not begin it.` : reason,
    hint,
    since: formatTimestamp(since),
    until: null,
  });
  if (waits_until !== null && waits_until > now)
    return {
      reason: "Its time has not come.",
      hint: null,
      since: formatTimestamp(queued),
      until: formatTimestamp(waits_until),
    };
  if (is_held) return told("A task worker has it and is about to begin it.", null);
  if (workers.length === 0) return told(unserved.reason, unserved.hint);
  const who =
    workers.length === 1
      ? `The task worker ${JSON.stringify(workers[0])} has`
      : `All ${workers.length} task workers of ${name} have`;
  const line = ahead === 0 ? "It is next." : `${ahead} ${ahead === 1 ? "is" : "are"} before it.`;
  return told(`${who} no free place. ${line}`, "It begins when a run ends, or when another worker is started.");
}

function timesText(deliveries: number): string {
  return deliveries === 1 ? "One worker" : `${deliveries} workers`;
}
