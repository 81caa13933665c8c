import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { ActionOutcome, Automation, Event } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { Firing } from "../triggers/composites.rules.ts";
import type { ActionJob } from "./action-job.ts";
import type { ListedAction } from "./listed-actions.rules.ts";
import { noteByHand } from "./outcomes.service.ts";
import { outcomeTold } from "./told-outcomes.service.ts";
import { outcomeOf } from "./working.service.ts";

export { actionsOf, type ListedAction, listsOf, listsWith } from "./listed-actions.rules.ts";

/** What actions are run with. */
export interface About {
  readonly firing: Firing;
  /** The event of the firing; null where the actions are run without one. */
  readonly triggeredEventId: string | null;
  readonly event: Event | undefined;
  readonly events: ReadonlyMap<string, Event>;
  /** Whether the event is kept, and not a sample. */
  readonly isKept: boolean;
}

/** Does actions of an automation once, and tells what came of it as of any other one. */
export function runActions(
  context: Context,
  automation: Automation,
  { actions, about }: { readonly actions: readonly ListedAction[]; readonly about: About },
): Promise<readonly ActionOutcome[]> {
  return Promise.all(actions.map((listed) => runAction(context, jobOf(context, { automation, about, listed }), about)));
}

/** The job of an action that no firing has queued. */
export function jobOf(
  { clock }: Context,
  {
    automation,
    about,
    listed,
  }: { readonly automation: Automation; readonly about: About; readonly listed: ListedAction },
): ActionJob {
  const { firing, triggeredEventId, event, events } = about;
  const { action, index } = listed;
  const now = clock.now();
  const own = { id: timeOrderedId(now), automation, action, index, firing, triggeredEventId, event, events };
  return { ...own, chain: 1, triggered: now, attempts: 0, delivered: [] };
}

async function runAction(context: Context, job: ActionJob, { isKept }: About): Promise<ActionOutcome> {
  const begun = context.clock.now();
  const outcome = await outcomeOf(context, job);
  // Nobody would find a sample by its id.
  const told = isKept ? job : { ...job, event: undefined };
  const end = await noteByHand(context, told, { begun, outcome });
  return outcomeTold({ ...end, occurred: formatTimestamp(end.occurred), related: [...end.related] });
}
