import { addSeconds, type Timestamp } from "@ostinato/core";
import { noteServedThrough } from "../deployments/readiness.service.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as queries from "./polls.queries.ts";
import type { QueuePlace } from "./room.rules.ts";
import type { QueueHappening } from "./work-queue-event.ts";
import { queuesByIds } from "./work-queues.queries.ts";
import { silenceSeconds, tell } from "./work-queues.service.ts";

/** How often it is noted that a queue is polled: a hundred workers must not cost a hundred writes. */
const secondsBetweenNotes = 5;

/**
 * Notes that somebody polls these queues, in a unit of work of its own and only where it has to be noted. The runs are worth more than the
 * note, so that one which fails is only told in the log.
 */
export async function notePolls(context: Context, queues: readonly QueuePlace[]): Promise<void> {
  const { now, since } = freshness(context);
  const ids = queues.filter((queue) => isNoteDue(queue, { now, since })).map(({ id }) => id);
  if (ids.length === 0) return;
  try {
    await unit(context, async (unit) => {
      const begun = await queries.notePolled(unit.tx, { ids, ...freshness(unit.context) });
      await tellAll(unit, begun, "ready");
      await noteServedThrough(unit, ids);
    });
  } catch (error) {
    context.log.warn({ err: error }, "it was not noted that work queues are polled");
  }
}

function isNoteDue({ status, lastPolled }: QueuePlace, { now, since }: ReturnType<typeof freshness>): boolean {
  return status === "NOT_READY" || lastPolled === null || lastPolled < since || lastPolled > now;
}

function freshness({ clock }: Pick<Context, "clock">) {
  const now = clock.now();
  return { now, since: addSeconds(now, -secondsBetweenNotes) };
}

const queuesPerUnit = 200;

/** Notes which queues nobody polls any more. */
export async function retireUnpolled(context: Context, now: Timestamp): Promise<void> {
  while ((await retireSome(context, now)) === queuesPerUnit);
}

function retireSome(context: Context, now: Timestamp): Promise<number> {
  return unit(context, async (unit) => {
    const ids = await queries.retireUnpolled(unit.tx, addSeconds(now, -silenceSeconds), queuesPerUnit);
    await tellAll(unit, ids, "not-ready");
    return ids.length;
  });
}

async function tellAll(unit: Unit, ids: readonly string[], happening: QueueHappening): Promise<void> {
  if (ids.length === 0) return;
  await tell(unit, await queuesByIds(unit.tx, ids), happening);
  unit.changed(
    "work-queue",
    ids.map((id) => ({ id })),
  );
}
