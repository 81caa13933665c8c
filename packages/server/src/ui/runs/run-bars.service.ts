import { formatTimestamp, microsPerSecond, type Timestamp } from "@ostinato/core";
import type { RunBar } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./run-bars.queries.ts";

interface WantedBars extends Pick<queries.RecentRuns, "of" | "ids" | "limit"> {
  /** Only runs of this time. */
  readonly within?: { readonly since: Timestamp; readonly until: Timestamp } | undefined;
}

/** The last runs of flows or deployments as bars, oldest first, by the id of each that has runs. */
export async function recentBars(
  { db, clock }: Context,
  { of, ids, limit, within }: WantedBars,
): Promise<ReadonlyMap<string, RunBar[]>> {
  const now = clock.now();
  const until = Math.min(now, within?.until ?? now) as Timestamp;
  const runs = await queries.recentRuns(db, { of, ids, limit, since: within?.since, until });
  const byOwner = Map.groupBy(runs, ({ owner_id }) => owner_id);
  return new Map(Array.from(byOwner, ([id, rows]) => [id, rows.toReversed().map((row) => barOf(row, now))]));
}

function barOf(row: queries.BarRow, now: Timestamp): RunBar {
  const { id, name, state_type, state_name, state_timestamp, start_time } = row;
  const spell = state_type === "RUNNING" && state_timestamp !== null ? Math.max(0, now - state_timestamp) : 0;
  const begun = start_time ?? row.begin;
  return {
    id,
    name,
    state_type,
    state_name,
    start: begun === null ? null : formatTimestamp(begun),
    duration: start_time === null ? null : (row.total_run_time + spell) / microsPerSecond,
  };
}
