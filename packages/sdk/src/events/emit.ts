import { context } from "../context.ts";
import { session } from "../session/session.ts";
import type { EmitOptions, EmittedEvent } from "./event-options.ts";

/**
 * Tells the server that something has happened, so that automations and pages hear of it. Inside a run the run, its flow and its deployment
 * are among the related resources.
 *
 * ```ts
 * import { emit, flow } from "ostinato";
 *
 * export const train = flow(async function train() {
 *   await emit("model.trained", { resource: "model/taxi", payload: { rmse: 7.76 } });
 * });
 * ```
 *
 * Resolves when the event is on its way. Events go to the server in batches, and wait while it is away: a run and the program end once the
 * server has them. Rejects with a `UsageError` that names the field where the event is not one that a server takes.
 */
export async function emit(name: string, options: EmitOptions = {}): Promise<EmittedEvent> {
  const caller = context.getStore();
  // The moment of the call, as far as a clock is there already.
  const now = caller?.session?.clock.now();
  // The run does not end before the event is on its way, also where nobody awaits this call.
  const place = { started: true, interrupt() {} };
  caller?.scope?.enter(place);
  try {
    const [{ emitEvent }, opened] = await Promise.all([import("./emitting.ts"), caller?.session ?? session()]);
    return await emitEvent(opened, { name, options, caller, occurred: now ?? opened.clock.now() });
  } finally {
    caller?.scope?.leave(place);
  }
}
