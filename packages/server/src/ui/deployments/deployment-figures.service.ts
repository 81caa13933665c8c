import { addSeconds, microsPerSecond, stateTypes } from "@ostinato/core";
import type { StateCounts } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./deployment-figures.queries.ts";

export interface Figures {
  readonly counts: StateCounts;
  /** Seconds; null where no run completed. */
  readonly p95: number | null;
}

const spanSeconds = 30 * 86_400;
/** A bound on the runs that are sorted by their duration, for each deployment. */
const maxDurations = 1000;

/** How the runs of the last 30 days went, by the id of each deployment that had some. */
export async function figuresOf(
  { db, clock }: Context,
  deploymentIds: readonly string[],
): Promise<ReadonlyMap<string, Figures>> {
  const until = clock.now();
  const span = { since: addSeconds(until, -spanSeconds), until };
  const counted = new Map(
    (await queries.countsByState(db, deploymentIds, span)).map((row) => [row.deployment_id, countsIn(row)]),
  );
  const runsByDeployment = new Map(
    Array.from(counted).flatMap(([id, { COMPLETED = 0 }]) =>
      COMPLETED === 0 ? [] : [[id, Math.min(COMPLETED, maxDurations)]],
    ),
  );
  const ranked = await queries.durationPercentiles(db, { ...span, runsByDeployment, share: 0.95 });
  const p95 = new Map(ranked.map((row) => [row.deployment_id, row.total_run_time / microsPerSecond]));
  return new Map(Array.from(counted, ([id, counts]) => [id, { counts, p95: p95.get(id) ?? null }]));
}

function countsIn(row: queries.CountsRow): StateCounts {
  return Object.fromEntries(stateTypes.flatMap((type) => (Number(row[type]) === 0 ? [] : [[type, Number(row[type])]])));
}
