import { secondsBetween } from "@ostinato/core";
import { readJson } from "../db/json-text.ts";
import { automationActor } from "../kernel/actor.ts";
import type { Context } from "../kernel/context.ts";
import type { Firing } from "../triggers/composites.rules.ts";
import { ActionFailed, type ActionJob, type Done } from "./action-job.ts";
import { eventsOf } from "./firing-events.service.ts";
import * as queries from "./jobs.queries.ts";
import { latestDue, settleAction } from "./outcomes.service.ts";
import { perform } from "./performing.service.ts";

export { actionsLoop } from "./queueing.service.ts";

/** Actions that are done at once: most of their time is that of others. */
const maxAtOnce = 32;

interface Calls {
  within(seconds: number): void;
  readonly signal: AbortSignal;
}

/** Does the actions of firings. One that waits for an answer does not hold up others. */
export interface ActionWorker {
  /** Does what is due, and what comes due meanwhile, until nothing is left. */
  work(calls: Calls): Promise<void>;
  /** Has it look again while it is at work. */
  lookAgain(): void;
}

export function createActionWorker(context: Context): ActionWorker {
  const { db, clock } = context;
  const underWay = new Map<string, Promise<void>>();
  let looking = Promise.withResolvers<void>();

  async function beginDue(): Promise<void> {
    const now = clock.now();
    const due = await queries.dueActions(db.read, { now, latest: latestDue(now) }, maxAtOnce + underWay.size);
    const free = due.filter(({ id }) => !underWay.has(id)).slice(0, maxAtOnce - underWay.size);
    for (const row of free) {
      const done = attempt(context, row).finally(() => underWay.delete(row.id));
      underWay.set(row.id, done);
    }
  }

  return {
    lookAgain: () => looking.resolve(),
    async work({ within, signal }) {
      const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      while (!signal.aborted) {
        looking = Promise.withResolvers();
        await beginDue();
        if (underWay.size === 0) break;
        await Promise.race([...underWay.values(), looking.promise, stopped]);
      }
      await Promise.all(underWay.values());
      const next = signal.aborted ? undefined : await queries.nextDue(db.read);
      if (next !== undefined) within(Math.max(0, secondsBetween(clock.now(), next)));
    },
  };
}

/** Never throws: an action whose outcome could not be written down is due again. */
async function attempt(context: Context, row: queries.ActionRow): Promise<void> {
  const begun = context.clock.now();
  try {
    const job = await jobOf(context, row);
    const outcome = await outcomeOf(context, job);
    await settleAction(context, job, { begun, outcome });
  } catch (error) {
    context.log.error(
      { err: error, action: row.id },
      "an action of an automation could not be settled, it is tried again",
    );
  }
}

/** What doing the action comes to. Never throws. */
export async function outcomeOf(context: Context, job: ActionJob): Promise<Done | ActionFailed> {
  const { automation, chain } = job;
  const actor = automationActor(automation.name, { automationId: automation.id, chain });
  try {
    return await perform({ ...context, actor }, job);
  } catch (error) {
    if (error instanceof ActionFailed) return error;
    context.log.error({ err: error, action: job.id, type: job.action.type }, "an action of an automation failed");
    return new ActionFailed("Something went wrong on the server: its log says more", { retry: "soon" });
  }
}

async function jobOf(context: Context, row: queries.ActionRow): Promise<ActionJob> {
  const firing = readJson<Firing>(row.firing);
  const events = await eventsOf(context, firing, row.event_id);
  return {
    id: row.id,
    automation: readJson(row.automation),
    firing,
    action: readJson(row.action),
    index: row.action_index,
    chain: row.chain,
    triggered: row.triggered,
    triggeredEventId: row.triggered_event_id,
    event: events.get(row.event_id ?? ""),
    events,
    attempts: row.attempts,
    delivered: row.delivered === null ? [] : readJson(row.delivered),
  };
}
