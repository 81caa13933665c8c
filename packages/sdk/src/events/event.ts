import { context } from "../context.ts";
import { UsageError } from "../errors.ts";
import { aDuration, aName, anything, checkOptions, listOf, type Rules, shown } from "../run/option-checks.ts";
import type { EventOptions, ReceivedEvent } from "./event-options.ts";

const rules: Rules = { resource: anything, related: anything, since: anything, timeout: aDuration, key: aName };

/**
 * Waits inside a flow until an event comes, and gives it. A name may have a `*` for any characters.
 *
 * ```ts
 * import { event, flow } from "ostinato";
 *
 * export const ship = flow(async function ship({ order }: { order: string }) {
 *   const paid = await event("order.paid", { resource: `order/${order}`, timeout: "1h" });
 *   return paid.payload;
 * });
 * ```
 *
 * The process waits. An event that comes while it is dead is not lost: a run that goes on, or is retried, waits from the moment of the first call
 * on, and one that has received the event receives the same again. Rejects with an `EventTimeout` where none has come in time.
 */
export async function event(name: string | readonly string[], options: EventOptions = {}): Promise<ReceivedEvent> {
  const names = namesOf(name);
  const what = `event(${shown(name)})`;
  checkOptions(what, options, rules);
  const { scope, flowRun, taskRun } = context.getStore() ?? {};
  if (flowRun?.states === undefined || scope === undefined) {
    throw new UsageError(
      flowRun === undefined
        ? `${what} needs a flow run: call it from the function given to flow(), or from a task of the flow.`
        : `${what} cannot be called in a worker thread: call it from the flow.`,
    );
  }
  const number = String(scope.count("event") + 1);
  const { waitForEvent } = await import("./waiting-for-event.ts");
  const { signal } = taskRun ?? flowRun;
  const place = { session: scope.session, id: flowRun.id, name: flowRun.name, states: flowRun.states, signal };
  return await waitForEvent(place, { what, names, options, key: options.key ?? number });
}

function namesOf(name: unknown): readonly string[] {
  if (aName(name) === undefined) return [name as string];
  if (listOf(aName, "")(name) === undefined && (name as readonly string[]).length > 0) return name as readonly string[];
  throw new UsageError(
    `event() takes the name of an event, event("order.paid"), or several, and was given ${shown(name)}`,
  );
}
