import {
  claimRunsOfWorkPool,
  countWorkPools,
  createWorkPool,
  deleteWorkPool,
  filterWorkPools,
  readWorkPool,
  scheduledRunsOfQueue,
  scheduledRunsOfWorkPool,
  updateWorkPool,
  workPoolConcurrencyStatus,
  workQueueConcurrencyStatus,
} from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { Serve } from "../kernel/operation.ts";
import { claimRuns } from "./claiming.service.ts";
import { statusOfPool, statusOfQueue } from "./concurrency-status.service.ts";
import { createOffers, offerRuns, offerRunsOfQueue } from "./polling.service.ts";
import * as workPools from "./work-pools.service.ts";

export function workPoolRoutes(serve: Serve, { clock }: Pick<Context, "clock">): void {
  const offers = createOffers(clock);
  serve(createWorkPool, ({ body, context }) => workPools.create(context, body));
  serve(readWorkPool, ({ params, context }) => workPools.read(context, params.name));
  serve(updateWorkPool, async ({ params, body, context }) => {
    await workPools.change(context, params.name, body);
    return null;
  });
  serve(deleteWorkPool, async ({ params, context }) => {
    await workPools.remove(context, params.name);
    return null;
  });
  serve(filterWorkPools, ({ body, context }) => workPools.filter(context, body ?? {}));
  serve(countWorkPools, ({ body, context }) => workPools.count(context, body ?? {}));
  serve(workPoolConcurrencyStatus, ({ params, body, context }) => statusOfPool(context, params.name, body));
  serve(workQueueConcurrencyStatus, ({ params, body, context }) => statusOfQueue(context, params.id, body));
  serve(scheduledRunsOfWorkPool, ({ params, body, context }) =>
    offerRuns(context, offers, { name: params.name, body }),
  );
  serve(scheduledRunsOfQueue, ({ params, body, context }) => offerRunsOfQueue(context, { id: params.id, body }));
  serve(claimRunsOfWorkPool, ({ params, body, context }) => claimRuns(context, params.name, body));
}
