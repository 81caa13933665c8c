import type { Context } from "../kernel/context.ts";
import { paced } from "../kernel/paced.ts";
import { unit } from "../kernel/unit.ts";
import { deletePassed } from "./outbox.queries.ts";

/** Rows that one unit of work deletes: a few milliseconds. */
const rowsPerStep = 500;

/** Deletes what every consumer has passed, in small steps with rests between them. */
export async function removePassed(context: Context, signal: AbortSignal): Promise<void> {
  const step = paced(context.clock, signal);
  while ((await step(() => unit(context, ({ tx }) => deletePassed(tx, rowsPerStep)))) === rowsPerStep);
}
