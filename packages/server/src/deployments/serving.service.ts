import { addSeconds } from "@ostinato/core";
import type { Unit } from "../kernel/unit.ts";
import * as queries from "./serving.queries.ts";

/** Whoever serves a deployment need not be noted more often. */
const markedEverySeconds = 10;

/** Notes that somebody asks for the runs of these deployments: they are READY. */
export async function markServed({ context, later }: Unit, deploymentIds: readonly string[]): Promise<void> {
  if (deploymentIds.length === 0) return;
  const now = context.clock.now();
  await queries.markServed(later, deploymentIds, { now, unless: addSeconds(now, -markedEverySeconds) });
}
