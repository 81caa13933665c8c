import {
  createQueueOfPool,
  createWorkQueue,
  deleteQueueOfPool,
  deleteWorkQueue,
  filterQueuesOfPool,
  filterWorkQueues,
  queuesForDeployment,
  readQueueOfPool,
  readWorkQueue,
  readWorkQueueByName,
  updateQueueOfPool,
  updateWorkQueue,
  workQueueStatus,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import { healthOf } from "./health.service.ts";
import * as workQueues from "./work-queues.service.ts";

export function workQueueRoutes(serve: Serve): void {
  serve(createWorkQueue, ({ body, context }) => workQueues.createLoose(context, body));
  serve(readWorkQueue, ({ params, context }) => workQueues.read(context, params));
  serve(readWorkQueueByName, ({ params, context }) => workQueues.readLoose(context, params.name));
  serve(updateWorkQueue, async ({ params, body, context }) => {
    await workQueues.change(context, params, body);
    return null;
  });
  serve(deleteWorkQueue, async ({ params, context }) => {
    await workQueues.remove(context, params);
    return null;
  });
  serve(filterWorkQueues, ({ body, context }) => workQueues.filter(context, body ?? {}));
  serve(workQueueStatus, ({ params, context }) => healthOf(context, params.id));
  serve(queuesForDeployment, ({ params, context }) => workQueues.thatTake(context, params.id));
  queuesOfPools(serve);
}

function queuesOfPools(serve: Serve): void {
  serve(createQueueOfPool, ({ params, body, context }) => workQueues.createIn(context, params.work_pool_name, body));
  serve(readQueueOfPool, ({ params, context }) => workQueues.read(context, keyOf(params)));
  serve(updateQueueOfPool, async ({ params, body, context }) => {
    await workQueues.change(context, keyOf(params), body);
    return null;
  });
  serve(deleteQueueOfPool, async ({ params, context }) => {
    await workQueues.remove(context, keyOf(params));
    return null;
  });
  serve(filterQueuesOfPool, ({ params, body, context }) =>
    workQueues.filterIn(context, params.work_pool_name, body ?? {}),
  );
}

function keyOf({ work_pool_name: pool, name: queue }: { readonly work_pool_name: string; readonly name: string }) {
  return { pool, queue };
}
