import { holdsSlot, stateNames } from "@ostinato/core";
import type { FlowRunEffect, FlowRunFacts, FlowRunSubject } from "./flow-run-rules.ts";
import { abort, accept, anyType, type Rule, type Transition } from "./rule.ts";

/**
 * A run that is PENDING, RUNNING or CANCELLING holds a slot of its work queue and of the pool of the queue. Where these are taken it
 * stays scheduled, in its place among the due runs of its queue.
 */
export const findRoom: Rule<FlowRunSubject, FlowRunFacts, FlowRunEffect, "room"> = {
  name: "find-room",
  from: anyType.filter((type) => !holdsSlot(type)),
  to: ["PENDING", "RUNNING"],
  when: (transition) => transition.run.isPlaceLimited && !goesOn(transition),
  needs: ["room"],
  decide(_transition, { room }) {
    const full = room.find(({ taken, limit }) => taken >= limit);
    if (full === undefined) return accept;
    const { what, name, taken, limit } = full;
    return abort(
      `The ${what} ${JSON.stringify(name)} has no free slot: ${taken} of ${limit} are taken. The run stays scheduled and starts when one is free.`,
    );
  },
};

/** A process that goes on after a pause or with its next attempt must not end for want of a slot. */
function goesOn({ run, initial, proposed }: Transition<FlowRunSubject>): boolean {
  if (initial === null || proposed.type !== "RUNNING") return false;
  const retriesItself = initial.name === stateNames.awaitingRetry && run.policy.retry_type === "in_process";
  return initial.type === "PAUSED" || initial.name === stateNames.resuming || retriesItself;
}
