import type { Event } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { chainLabel } from "../events/events.service.ts";
import type { CausedBy } from "../kernel/actor.ts";
import * as queries from "./jobs.queries.ts";
import { idIn } from "./subjects.rules.ts";

/** An automation whose firing comes at the end of so many is not done any more: it feeds itself. */
export const maxChain = 10;

const marks = /, chain (\d+)$/;

/** The key of a run that an action starts. Prefect's, with the length of the chain. */
export function runKey({
  automationId,
  index,
  id,
  chain,
}: CausedBy & { readonly index: number; readonly id: string }): string {
  return `automation ${automationId}, action ${index}, invocation ${id}, chain ${chain}`;
}

/** The number of firings that led to the event. */
export async function chainOf(reader: Reader, event: Event): Promise<number> {
  const said = Math.max(0, ...event.related.map((resource) => Number(resource[chainLabel] ?? 0) || 0));
  if (said > 0) return said;
  if (event.event.startsWith("prefect.automation.")) return Number(event.payload.chain ?? 0) || 0;
  const runId = idIn(event, "flow-run");
  if (runId === undefined) return 0;
  const key = await queries.keyOfRun(reader, runId);
  return Number(marks.exec(key ?? "")?.[1] ?? 0);
}
