import { defineConsumer } from "../kernel/consumer.ts";
import type { Context } from "../kernel/context.ts";
import type { Delivery } from "../kernel/delivery.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { deleteSomeLeftovers, type RunNoun } from "./run-leftovers.queries.ts";

/** The leftovers of a deleted run: log lines, results and the artifacts of these. There may be millions. */
const followUps = { "flow-run": "leftovers of flow run", "task-run": "leftovers of task run" } as const;

/**
 * Sees to it that the leftovers of a run go, in the unit of work that deletes the run: also where the server ends before
 * `removeLeftovers` does.
 */
export function leaveLeftovers(unit: Unit, noun: RunNoun, id: string): void {
  unit.followUp(followUps[noun], [id]);
}

/** Removes the leftovers of a deleted run, in steps that keep nobody waiting. */
export async function removeLeftovers(context: Context, noun: RunNoun, id: string): Promise<void> {
  while (await unit(context, ({ tx }) => deleteSomeLeftovers(tx, noun, id)));
}

/** Removes the leftovers of deleted runs. */
export const runLeftovers = defineConsumer({
  name: "run-leftovers",
  wants: { followUps: Object.values(followUps) },
  async handle({ tx }, batch) {
    for (const delivery of batch) if (await deleteSomeLeftovers(tx, nounOf(delivery), delivery.ref)) return "more";
    return "done";
  },
});

function nounOf({ name }: Delivery): RunNoun {
  return name === followUps["flow-run"] ? "flow-run" : "task-run";
}
